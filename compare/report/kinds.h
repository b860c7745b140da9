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
  by_turns,  // one thread that waits for one open task, then for the next one
  naps,  // one thread that sleeps, and looks at its tasks in between
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

// How threads spent their time, in seconds.
struct Shares {
  double one_task = 0;  // in waits
  double any_task = 0;
  double computing = 0;
  double asleep = 0;
  double polling = 0;
};

// Of one thread, and of all together, while tasks were open.
Shares shares_of(const Picture& picture, std::size_t thread);
Shares shares_of(const Picture& picture);

// Of all threads, from their first calls to their last ones.
Shares shares_of_strips(const Picture& picture);

// Of each variant.
std::vector<Kind> kinds_of(const Comparison& comparison);
Kind kind_of(const Comparison& comparison, const Variant& variant);

}  // namespace poetry_compare
