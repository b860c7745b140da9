// Reads the lines of a trace that have an event each.
#pragma once

#include <string>

#include "compare/trace/trace.h"

namespace poetry_compare {

// False if there is no event on the line. Members that are not known are
// ignored.
bool read_event(const std::string& line, Event& event);

}  // namespace poetry_compare
