// The command line of poetry-compare.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compare/run/request.h"
#include "compare/run/sweep.h"

namespace poetry_compare {

// A path is empty if the output is not wanted, and "-" for stdout.
struct Outputs {
  std::filesystem::path html;
  std::filesystem::path svg;
  std::filesystem::path json;
  std::filesystem::path csv;
  std::filesystem::path markdown;
  std::filesystem::path perfetto;
  std::filesystem::path traces;  // a directory
  bool open = false;  // the page, in a browser
  bool timeline = true;
  bool live = false;  // the lanes of a client while it runs
  std::string color;  // "auto", "always", "never"

  // Whether one of the files is stdout: the text goes to stderr then.
  bool use_stdout() const;
};

struct Options {
  Request request;
  std::optional<Sweep> sweep;  // the request is made with each of its values
  Outputs outputs;
  // If not empty, these are drawn again, and nothing is run.
  std::vector<std::filesystem::path> report;
  std::string reference;  // for report; empty: that of the run
  bool check = false;  // whether a client with a ! is a failure
};

// Prints and ends the program where --help or --version asks for that, or where
// the command line is wrong (2).
Options parse_options(int argc, char** argv);

}  // namespace poetry_compare
