// The places in the code of a traced process that make calls.
#pragma once

#include <vector>

#include "compare/trace/format.h"
#include "compare/trace/trace.h"

namespace poetry_compare {

// Adds the places and the files of one process to the trace, each once. Returns
// the index of the place for each number in a record; -1: not known.
std::vector<int> add_sites(const Header& header, Trace& trace);

// Of the file as it is now; -1 if there is none.
void add_size_and_time(Module& module);

}  // namespace poetry_compare
