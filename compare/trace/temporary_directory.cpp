#include "compare/trace/temporary_directory.h"

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include <fmt/core.h>

namespace poetry_compare {

namespace fs = std::filesystem;

fs::path make_temporary_directory(const std::string& prefix) {
  const char* const given = std::getenv("TMPDIR");
  return make_temporary_directory(prefix, given && *given ? given : "/tmp");
}

fs::path make_temporary_directory(const std::string& prefix,
                                  const fs::path& parent) {
  std::string name = parent / (prefix + "-XXXXXX");
  if (::mkdtemp(name.data())) return name;
  throw std::runtime_error(
      fmt::format("cannot make a temporary directory in {}: {}; set "
                  "TMPDIR to another directory",
                  parent.string(), std::generic_category().message(errno)));
}

}  // namespace poetry_compare
