// The tables and lists of the page, as plain views.
#pragma once

#include <vector>

#include "compare/draw/html_table.h"
#include "compare/measure/model.h"

namespace poetry_compare {

// The table of the comparison; below a row, what is wrong with the variant.
HtmlTable view_numbers(const Comparison& comparison);

// A row for each connection, grouped by variant.
HtmlTable view_tasks(const Comparison& comparison);

// Settings, versions, and the command that makes the comparison again.
std::vector<Fact> view_settings(const Comparison& comparison);

// The command of each variant.
std::vector<Fact> view_commands(const Comparison& comparison);

}  // namespace poetry_compare
