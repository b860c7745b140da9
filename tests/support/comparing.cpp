#include "support/comparing.h"

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace rig {

const std::string poetry_compare = PROGRAMS_DIR "/compare/poetry-compare";
const std::string science = POETRY_DIR "/science.txt";

Result run(const std::string& line) {
  Result result;
  FILE* pipe = ::popen((line + " 2>&1").c_str(), "r");
  char buffer[4096];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, pipe)) {
    result.text.append(buffer, n);
  }
  const int status = ::pclose(pipe);
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}

Result run_compare(const std::string& arguments) {
  return run(poetry_compare + ' ' + arguments);
}

std::string file_contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  // Does not throw if the file is one of a process that has ended meanwhile.
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Comparing::Comparing() {
  std::string name = testing::TempDir() + "compare-XXXXXX";
  directory = ::mkdtemp(name.data());
}

Comparing::~Comparing() {
  std::filesystem::remove_all(directory);
}

poetry_compare::Comparison Comparing::compare_with(
    const std::string& arguments) {
  const auto traces = directory / "t";
  result = run_compare(arguments + " --traces " + traces.string());
  return poetry_compare::make_comparison(poetry_compare::read_manifest(traces),
                                         traces);
}

}  // namespace rig
