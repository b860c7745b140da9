#include "cli/command_line.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// Otherwise "--iface a,b" would be two interfaces.
#define CXXOPTS_VECTOR_DELIMITER '\0'
// Compiling its expressions would take nine tenths of the time that our
// programs need to start, and matching 100,000 bytes with them would crash.
#define CXXOPTS_NO_REGEX true
#include <fmt/core.h>
#include <fmt/format.h>
#include <cxxopts.hpp>

#include "cli/print.h"
#include "cli/values.h"

namespace cli {
namespace {

constexpr int usage_status = 2;

// cxxopts has words only as the values of an option. This option cannot be
// typed: it has a dot.
const std::string positional = "words.";

constexpr auto usual_exit_statuses =
    "  0      everything asked for is complete\n"
    "  1      something failed while running\n"
    "  2      the command line makes no sense\n"
    "  128+n  ended by signal n\n";

const std::vector<OptionRow> common_rows = {
    {"h,help", "", "", "Show this help."},
    {"V,version", "", "", "Show the version."},
};

void add_rows(cxxopts::Options& options, const std::vector<OptionRow>& rows) {
  for (const OptionRow& row : rows) {
    if (row.value.empty()) {
      options.add_options()(row.names, row.help);
      continue;
    }
    const auto value = cxxopts::value<std::string>();
    if (!row.default_value.empty()) value->default_value(row.default_value);
    options.add_options()(row.names, row.help, value, row.value);
  }
}

// The words, with a blank between them if there are any.
std::string with(const std::string& first, const std::string& second) {
  return second.empty() ? first : first + ' ' + second;
}

cxxopts::Options make_options(const ProgramHelp& help) {
  cxxopts::Options options(
      program_name(),
      fmt::format("Example:\n  {}\n\nUsage:\n  {} [options]{}\n\n{}",
                  with(program_name(), help.example), program_name(),
                  with("", help.words), help.about));
  options.custom_help("").positional_help("").allow_unrecognised_options();
  add_rows(options, help.rows);
  add_rows(options, common_rows);
  options.add_options()(positional, "",
                        cxxopts::value<std::vector<std::string>>());
  options.parse_positional(positional);
  return options;
}

// The arguments. cxxopts would not take "-o/a/file" for an option: it gets
// "--output=/a/file".
std::vector<std::string> read(int argc,
                              char** argv,
                              const std::vector<OptionRow>& rows) {
  std::vector<std::string> words(argv + 1, argv + argc);
  for (const OptionRow& row : rows) {
    if (row.value.empty() || row.names.find(',') != 1) continue;
    const auto letter = std::string("-") + row.names[0];
    for (std::string& word : words) {
      if (word == "--") break;
      if (word.size() == 2 || !word.starts_with(letter)) continue;
      word = "--" + row.names.substr(2) + '=' + word.substr(2);
    }
  }
  return words;
}

// cxxopts takes "-port" apart into letters. Finds the word with that letter.
std::string as_typed(const std::vector<std::string>& argv,
                     const std::string& unknown) {
  for (const std::string& word : argv) {
    const bool letters = word.size() > 1 && word[0] == '-' && word[1] != '-';
    if (letters && word.find(unknown[1]) != std::string::npos) return word;
  }
  return unknown;
}

void refuse_unknown(const std::vector<std::string>& argv,
                    std::vector<std::string> unknown,
                    const std::vector<std::string>& words) {
  // cxxopts does not take "--%" for an option, but it was meant to be one.
  if (std::find(argv.begin(), argv.end(), "--") == argv.end()) {
    std::copy_if(words.begin(), words.end(), std::back_inserter(unknown),
                 [](const auto& w) { return w.size() > 1 && w[0] == '-'; });
  }
  if (unknown.empty()) return;
  const std::string& first = unknown.front();
  usage_error(fmt::format("unknown option '{}'",
                          first.size() == 2 ? as_typed(argv, first) : first));
}

// cxxopts would take "--quiet=no" for yes.
void refuse_values_of_flags(const std::vector<std::string>& argv,
                            const std::vector<OptionRow>& rows) {
  const auto end = std::find(argv.begin(), argv.end(), "--");
  for (const OptionRow& row : rows) {
    if (!row.value.empty()) continue;
    const auto name = "--" + row.names.substr(row.names.find(',') + 1);
    const auto found = std::find_if(argv.begin(), end, [&](const auto& word) {
      return word.starts_with(name + '=');
    });
    if (found == end) continue;
    usage_error(fmt::format("{} takes no value, but got '{}'", name, *found));
  }
}

cxxopts::ParseResult parse(cxxopts::Options& options,
                           const std::vector<std::string>& typed) try {
  std::vector<const char*> argv{""};
  for (const std::string& word : typed) {
    argv.push_back(word.c_str());
  }
  return options.parse(static_cast<int>(argv.size()), argv.data());
} catch (const cxxopts::exceptions::missing_argument&) {
  usage_error(fmt::format("a value is missing after '{}'", typed.back()));
}

[[noreturn]] void fail(const std::string& message, const char* hint) {
  const auto line = program_name() + ": " + one_line(message) + '\n';
  std::fputs((line + hint).c_str(), stderr);
  std::exit(usage_status);
}

}  // namespace

OptionRow reactor_row(const std::vector<std::string>& reactors) {
  return {"reactor", "NAME", "",
          fmt::format("How to wait: {}. The default is the best one here.",
                      fmt::join(reactors, ", "))};
}

void usage_error(const std::string& message) {
  fail(message, "try --help\n");
}

void input_error(const std::string& message) {
  fail(message, "");
}

CommandLine::CommandLine(int argc, char** argv, const ProgramHelp& help) {
  const auto typed = read(argc, argv, help.rows);
  refuse_values_of_flags(typed, help.rows);
  refuse_values_of_flags(typed, common_rows);

  auto options = make_options(help);
  const auto result = parse(options, typed);
  const bool usual = help.exit_statuses.empty();
  help_ = options.help({}, false) + "\nExit status:\n" +
          (usual ? usual_exit_statuses : help.exit_statuses);
  if (result.count(positional)) {
    words_ = result[positional].as<std::vector<std::string>>();
  }
  refuse_unknown(typed, result.unmatched(), words_);

  for (const auto& option : result.defaults()) {
    values_[option.key()] = option.value();
  }
  for (const auto& option : result.arguments()) {
    values_[option.key()] = option.value();
    given_.emplace(option.key(), option.value());
  }
  handle_common_options();
}

void CommandLine::handle_common_options() const {
  if (has("help")) print_help();
  if (has("version")) {
    fmt::print("{} {}\n", program_name(), SLOWPOETRY_VERSION);
    std::exit(EXIT_SUCCESS);
  }
}

void CommandLine::print_help() const {
  fmt::print("{}", help_);
  std::exit(EXIT_SUCCESS);
}

std::optional<std::string> CommandLine::text(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> CommandLine::texts(const std::string& name) const {
  std::vector<std::string> values;
  const auto [first, last] = given_.equal_range(name);
  for (auto it = first; it != last; ++it) values.push_back(it->second);
  return values;
}

std::optional<std::size_t> CommandLine::integer(const std::string& name,
                                                std::size_t min,
                                                std::size_t max) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  return parse_integer(name, *value, min, max);
}

std::optional<Clock::duration> CommandLine::seconds(const std::string& name,
                                                    bool zero) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  return parse_seconds(name, *value, zero);
}

std::optional<std::string> CommandLine::choice(
    const std::string& name, const std::vector<std::string>& choices) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  return parse_choice(name, *value, choices);
}

}  // namespace cli
