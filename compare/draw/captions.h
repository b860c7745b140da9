// The kinds of picture that there are, and the text below each.
#pragma once

#include <string>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

// How a variant waits.
enum class Kind {
  unread,  // bytes lay unread for too long
  threads,  // several threads, each stuck in reads of its own task
  several,  // several threads, each waiting with select, poll or epoll
  one_by_one,  // one thread, stuck in one read after the other
  any_task,  // one thread that waits for all tasks at once
  other,
  unseen,
};

// Of each variant.
std::vector<Kind> kinds_of(const Comparison& comparison);

// For each variant, says what to look for in its picture. Empty without one.
std::vector<std::string> captions(const Comparison& comparison,
                                  const std::vector<Kind>& kinds);

}  // namespace poetry_compare
