// The comparison for programs: everything but the single reads and sends.
#pragma once

#include <string>
#include <string_view>

#include "compare/measure/model.h"

namespace poetry_compare {

std::string write_json(const Comparison& comparison);

// A string as JSON has it, with its quotes; it may stand in a <script>, too.
std::string json_string(std::string_view text);

}  // namespace poetry_compare
