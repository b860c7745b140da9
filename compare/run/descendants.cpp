#include "compare/run/descendants.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace poetry_compare {
namespace {

std::filesystem::path directory_of(pid_t pid) {
  return "/proc/" + std::to_string(pid);
}

// The state follows the name, which may have blanks and brackets in it. A line
// cannot be read if the process has ended meanwhile.
bool is_stopped(pid_t pid) {
  std::ifstream file(directory_of(pid) / "stat");
  std::string text;
  std::getline(file, text, '\0');
  const auto bracket = text.rfind(')');
  return bracket != text.npos && text.compare(bracket, 3, ") T") == 0;
}

}  // namespace

bool has_stopped_descendant(pid_t pid) {
  std::error_code ignored;
  std::filesystem::directory_iterator task(directory_of(pid) / "task", ignored);
  for (; task != end(task); task.increment(ignored)) {
    std::ifstream children(task->path() / "children");
    for (pid_t child = 0; children >> child;) {
      if (is_stopped(child) || has_stopped_descendant(child)) return true;
    }
  }
  return false;
}

}  // namespace poetry_compare
