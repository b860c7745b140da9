// poetry-compare, run as a user runs it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "compare/measure/make_comparison.h"

namespace rig {

struct Result {
  int status = 0;
  std::string text;  // stdout and stderr
};

// The program, and a poem of 653 bytes.
extern const std::string poetry_compare;
extern const std::string science;

// Runs a command in a shell.
Result run(const std::string& line);

// Runs it; a shell splits the arguments.
Result run_compare(const std::string& arguments);

std::string file_contents(const std::filesystem::path& path);

// Has a directory that is removed after the test.
class Comparing : public testing::Test {
 protected:
  Comparing();
  ~Comparing() override;

  // Runs it with --traces, and builds the model from the traces.
  poetry_compare::Comparison compare_with(const std::string& arguments);

  std::filesystem::path directory;
  Result result;
};

}  // namespace rig
