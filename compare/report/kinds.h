// The kinds of picture that there are, from which sentences and captions
// follow.
#pragma once

#include <cstddef>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

// How a variant waits.
enum class Kind {
  unread,  // bytes lay unread for too long
  busy,  // it asks again and again instead of waiting
  threads,  // several threads, each stuck in reads of its own task
  several,  // several threads, each waiting with select, poll or epoll
  shared,  // several threads, fewer than there are tasks
  one_by_one,  // one task after the other
  any_task,  // one thread that waits for all tasks at once
  other,
  read_unseen,  // its reads were not all seen
  unseen,
};

// How tasks, threads and processes belong together.
struct Shape {
  std::size_t threads = 0;  // that read
  std::size_t processes = 0;
  std::size_t most_tasks = 0;  // of one thread
  std::size_t overlap = 0;  // how many tasks were open at the same time

  bool operator==(const Shape&) const = default;
};

Shape shape_of(const Picture& picture);

// Of each variant.
std::vector<Kind> kinds_of(const Comparison& comparison);
Kind kind_of(const Comparison& comparison, const Variant& variant);

}  // namespace poetry_compare
