// Where the clients wait: the places in their code.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

// The places of a trace, without what is known about them.
std::vector<Caller> list_callers(const Trace& trace);

// The caller with the largest number; -1 without any.
int most_frequent(const std::map<int, std::size_t>& calls);

// The waits of one place together.
struct WaitsAt {
  int caller = 0;  // an index into Picture::callers
  double seconds = 0;  // of all threads together
};

// The places where the client waits, or one of its threads; -1: any thread. The
// one with the longest waits comes first.
std::vector<WaitsAt> find_waits(const Picture& picture, int thread = -1);

// The place at which most of the reads of a task are made; -1: not known.
int find_reader(const Task& task);

// Where the client waited for other tasks, or polled: the fault that raises the
// alarm. -1: there is none, or it is not known. Of the run that is shown.
int find_fault(const Variant& variant);

// The place of a caller; null if nothing is known about it.
const Caller* find_caller(const Picture& picture, int caller);

// Finds all places of the pictures. It takes a while, and the programs are
// taken as they are now.
void add_places(Comparison& comparison);

}  // namespace poetry_compare
