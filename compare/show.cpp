#include "compare/show.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <system_error>

#include <fmt/core.h>

#include "cli/print.h"
#include "compare/outputs.h"
#include "compare/report/blame.h"
#include "compare/report/format.h"
#include "compare/report/growth_text.h"
#include "compare/report/terminal.h"
#include "compare/report/timeline.h"
#include "compare/report/write_text.h"
#include "compare/run/child_process.h"
#include "compare/run/inherited_signals.h"
#include "net/socket.h"

namespace poetry_compare {
namespace {

std::string tell_check(const Comparison& comparison) {
  const auto names = find_alarming(comparison);
  if (names.empty()) return "Check: no client makes other tasks wait.\n";
  return fmt::format("Check: {} {} other tasks wait.\n", enumerate(names),
                     names.size() == 1 ? "makes" : "make");
}

std::string text_of(const Comparison& comparison, const Options& options) {
  const auto terminal = find_terminal(options.outputs.color);
  std::string timeline;
  if (options.outputs.timeline) timeline = draw_timeline(comparison, terminal);
  return write_text(comparison, timeline, terminal) +
         (options.check ? tell_check(comparison) : "");
}

// The browser shares our terminal, and may go on when this program has ended.
void show_page(const std::filesystem::path& file) try {
  ChildProcess({.words = {"xdg-open", std::filesystem::absolute(file)},
                .input = STDIN_FILENO,
                .output = STDOUT_FILENO,
                .errors = STDERR_FILENO,
                .isolated = false,
                .prepare = restore_signals})
      .wait();
} catch (const std::system_error& error) {
  net::throw_error(error.code().value(), "cannot start xdg-open");
}

bool show(bool all_written, const std::string& text, const Outputs& outputs) {
  fmt::print(outputs.use_stdout() ? stderr : stdout, "{}", text);
  if (!all_written) return false;
  if (!outputs.html.empty() && !outputs.use_stdout()) {
    fmt::print("The page is {}\n", cli::one_line(outputs.html.string()));
  }
  if (outputs.open) show_page(outputs.html);
  return true;
}

}  // namespace

std::vector<std::string> find_alarming(const Comparison& comparison) {
  std::vector<std::string> names;
  for (const auto& variant : comparison.variants) {
    if (alarming(comparison, variant)) names.push_back(variant.name);
  }
  return names;
}

bool show(const Comparison& comparison, const Options& options) {
  const bool all = write_all(comparison, options.outputs);
  return show(all, text_of(comparison, options), options.outputs);
}

bool show(const Growth& growth, const Options& options) {
  const bool all = write_all(growth, options.outputs);
  const auto terminal = find_terminal(options.outputs.color);
  return show(all, write_text(growth, terminal), options.outputs);
}

}  // namespace poetry_compare
