// The lines of the source that belong to addresses of a program.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace poetry_compare {

struct SourceLine {
  std::string file;  // as the compiler has it; empty: not known
  int line = 0;
  std::string function;  // as the linker has it
};

// One for each address. If the compiler has inlined code of the system's
// headers, the line is the one that calls this code. Asks addr2line, of
// binutils; throws std::system_error if that is not installed.
std::vector<SourceLine> find_lines(const std::string& path,
                                   const std::vector<std::uint64_t>& addresses);

}  // namespace poetry_compare
