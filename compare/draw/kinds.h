// The kinds of picture that there are: how a variant waits.
#pragma once

#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

enum class Kind {
  unread,  // bytes lay unread for too long
  threads,  // several threads, each stuck in reads of its own task
  several,  // several threads, each waiting with select, poll or epoll
  one_by_one,  // one thread, stuck in one read after the other
  any_task,  // one thread that waits for all tasks at once
  other,
  unseen,
};

Kind kind_of(const Comparison& comparison, const Variant& variant);

// Of each variant.
std::vector<Kind> kinds_of(const Comparison& comparison);

}  // namespace poetry_compare
