// The table for spreadsheets: keys in the first line, then the raw values.
#pragma once

#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

std::string write_csv(const Comparison& comparison);

}  // namespace poetry_compare
