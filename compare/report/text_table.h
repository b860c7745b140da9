// A table as text.
#pragma once

#include <string>

#include "compare/report/table.h"
#include "compare/report/terminal.h"

namespace poetry_compare {

// The titles, then the rows. A table that is too wide for the terminal
// continues below itself.
std::string write_table(const Table& table, const Terminal& terminal);

}  // namespace poetry_compare
