// The comparison for programs: everything but the single reads and sends.
#pragma once

#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

// May stand in a <script>, too.
std::string write_json(const Comparison& comparison);

}  // namespace poetry_compare
