// Prints the stack.                                  Python: import traceback
#pragma once

namespace cli {

// Prints the names of the functions on the stack to stderr, one a line, the
// innermost last.
void print_stack();

}  // namespace cli
