// What the command lines of all programs have in common.  Python: optparse
//
// For the .cpp files of this directory. Whatever is wrong with a command line
// ends the program: two lines on stderr, exit status 2.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/elapsed.h"

namespace cli {

// An option, as a row of a table: --help is made of it.
struct OptionRow {
  std::string names;  // "port", "q,quiet"
  std::string value;  // what its value is called; empty: it takes none
  std::string fallback;  // the value of who gives none; empty: it has none
  std::string help;
};

// What there is to say about a program. --help and --version need no rows.
struct Manual {
  std::string example;  // the arguments of a typical call
  std::string words;  // what follows the options: "[host:]port ..."
  std::string about;
  std::vector<OptionRow> rows;
};

// Prints "program: message" and "try --help". A word that is to blame belongs
// into the message, between '', as it was typed.
[[noreturn]] void usage_error(const std::string& message);

class CommandLine {
 public:
  // Sees to --help, --version and options that there are not.
  CommandLine(int argc, char** argv, const Manual& manual);

  [[noreturn]] void print_help() const;

  // What is not an option, in order.
  const std::vector<std::string>& words() const { return words_; }

  // Whether the option was given.
  bool has(const std::string& name) const { return given_.contains(name); }

  // Its value: the last one given, or the fallback, or nothing.
  std::optional<std::string> text(const std::string& name) const;

  // All values that were given, in order.
  std::vector<std::string> texts(const std::string& name) const;

  // The same, checked. Integers are decimal digits. Seconds may have a
  // fraction, and are greater than 0, or equal if `zero` is fine too; what the
  // clock has no room for becomes Clock::duration::max().
  std::optional<std::size_t> integer(const std::string& name,
                                     std::size_t least,
                                     std::size_t most) const;
  std::optional<Clock::duration> seconds(const std::string& name,
                                         bool zero = false) const;
  std::optional<std::string> choice(
      const std::string& name, const std::vector<std::string>& choices) const;

 private:
  std::string help_;
  std::vector<std::string> words_;
  std::map<std::string, std::string> values_;
  std::multimap<std::string, std::string> given_;
};

}  // namespace cli
