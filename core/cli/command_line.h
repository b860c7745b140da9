// The command line, as all programs have it.          Python: import optparse
//
// A command line that makes no sense ends the program: two lines on stderr,
// exit status 2.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/elapsed.h"

namespace cli {

// An option, as a row of the table in --help.
struct OptionRow {
  std::string names;  // "port", "q,quiet"
  std::string value;  // the name of its value; empty: it takes none
  std::string default_value;  // empty: there is none
  std::string help;
};

// The text of --help. --help and --version themselves need no rows.
struct ProgramHelp {
  std::string example;  // the arguments of a typical call
  std::string words;  // the arguments that are not options: "[host:]port ..."
  std::string about;
  std::vector<OptionRow> rows;
  // The meaning of each exit status, a line each; empty: as usual.
  std::string exit_statuses = {};
};

// The row of --reactor.
OptionRow reactor_row(const std::vector<std::string>& reactors);

// Prints "program: message" and "try --help", and ends the program. The message
// quotes the word that is wrong as it was typed, between '', and becomes one
// line: see one_line() in print.h.
[[noreturn]] void usage_error(const std::string& message);

// The same without "try --help": for a file that cannot be read, for example.
[[noreturn]] void input_error(const std::string& message);

class CommandLine {
 public:
  // Handles --help and --version, and refuses unknown options.
  CommandLine(int argc, char** argv, const ProgramHelp& help);

  [[noreturn]] void print_help() const;

  // The arguments that are not options, in order.
  const std::vector<std::string>& words() const { return words_; }

  // Whether the option was given.
  bool has(const std::string& name) const { return given_.contains(name); }

  // Its value: the last one given, or the default value, or nothing.
  std::optional<std::string> text(const std::string& name) const;

  // All values that were given, in order.
  std::vector<std::string> texts(const std::string& name) const;

  // The same, checked and converted: see values.h.
  std::optional<std::size_t> integer(const std::string& name,
                                     std::size_t min,
                                     std::size_t max) const;
  std::optional<Clock::duration> seconds(const std::string& name,
                                         bool zero = false) const;
  std::optional<std::string> choice(
      const std::string& name, const std::vector<std::string>& choices) const;

 private:
  void handle_common_options() const;

  std::string help_;
  std::vector<std::string> words_;
  std::map<std::string, std::string> values_;
  std::multimap<std::string, std::string> given_;
};

}  // namespace cli
