// Which function has called which.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compare/calls/function_names.h"

namespace poetry_compare {

struct Call {
  std::string name;
  Lane lane = Lane::none;
  std::string outcome;  // of a system call: "would block"
  std::vector<Call> calls;  // that it made, in order
};

// The call of main(), from the record of a program. Calls of functions that are
// in no lane are left out; what they call belongs to their caller. Throws
// std::runtime_error: one line.
Call read_calls(const std::filesystem::path& record);

}  // namespace poetry_compare
