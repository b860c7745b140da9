// The table of the comparison, for other programs.
#pragma once

#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

// For spreadsheets: keys in the first line, then the raw values.
std::string write_csv(const Comparison& comparison);

// For a page written in Markdown: summary, table, complaints and sentences.
std::string write_markdown(const Comparison& comparison);

}  // namespace poetry_compare
