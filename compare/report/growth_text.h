// A sweep for a terminal, and for other programs.
#pragma once

#include <string>
#include <vector>

#include "compare/measure/growth.h"
#include "compare/report/terminal.h"

namespace poetry_compare {

// The measures that are known of at least one variant.
std::vector<Measure> known_measures(const Growth& growth);

// Summary, a table for each measure that is known, complaints and sentences.
std::string write_text(const Growth& growth, const Terminal& terminal);

std::string write_csv(const Growth& growth);
std::string write_markdown(const Growth& growth);

// May stand in a <script>, too.
std::string write_json(const Growth& growth);

}  // namespace poetry_compare
