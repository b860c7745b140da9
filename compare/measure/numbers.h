// The two numbers that no stopwatch shows: worst unread and longest turn.
#pragma once

#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

// When a byte lay unread.
struct Unread {
  double begin = 0;
  double end = 0;

  double duration() const { return end - begin; }
};

// The longest time for which a byte lay unread: from the return of the send
// that sent it to the return of the read that took it, or to the task's end.
Unread worst_unread(const Task& task);

// The turns of all threads, in the order of time. A turn lies between two
// waits. The last turn of the program's first thread, whose pid it is, ends
// with the program, at `end`; that of another thread or process ends with the
// last call that was seen of it.
std::vector<Turn> find_turns(const Picture& picture, int program, double end);

// Adds what lay unread in the picture, and its turns.
void add_numbers(const Picture& picture, Numbers& numbers);

}  // namespace poetry_compare
