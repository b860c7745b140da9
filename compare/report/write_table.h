// The table of the comparison, for other programs.
#pragma once

#include <string>
#include <vector>

#include "compare/measure/model.h"
#include "compare/report/table.h"

namespace poetry_compare {

// For spreadsheets: keys in the first line, then the raw values.
std::string write_csv(const Comparison& comparison);

// Any table, with the version of its columns in the last one.
std::string write_csv(const Table& table, int version);

// For a page written in Markdown: summary, table, complaints and sentences.
std::string write_markdown(const Comparison& comparison);

// Parts of such a page: a table, or a paragraph for each line.
std::string write_markdown(const Table& table);
std::string write_markdown(const std::vector<std::string>& lines);

}  // namespace poetry_compare
