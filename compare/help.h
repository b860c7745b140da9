// The text of --help of poetry-compare.
#pragma once

#include "cli/command_line.h"

namespace poetry_compare {

extern const cli::ProgramHelp program_help;

}  // namespace poetry_compare
