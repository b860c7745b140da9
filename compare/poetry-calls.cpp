// Draws which function called which in a run of a program.

#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "cli/command_line.h"
#include "cli/tasks.h"
#include "compare/calls/call_figure.h"
#include "compare/calls/call_tree.h"
#include "compare/calls/chosen_calls.h"
#include "compare/output_files.h"

namespace {

const cli::ProgramHelp program_help = {
    "--title \"A callback\" --follow hello -o hello.svg RECORD",
    "RECORD",
    "Draws the calls in a record: your code, the library and the system side "
    "by\n"
    "side. Later calls are further down. scripts/draw-calls runs a program, "
    "and\n"
    "then draws its calls with poetry-calls.",
    {{"o,output", "FILE", "calls.svg", "Write the figure to this file."},
     {"title", "TEXT", "Which function calls which",
      "The title above the figure."},
     {"show", "NAMES", "",
      "Show only calls of these functions, for example of "
      "Reactor::run,epoll_wait. Without this option: the calls from one lane "
      "to another."},
     {"follow", "NAMES", "",
      "Show only the iterations of the loop in which these functions are "
      "called "
      "first. Without this option: the whole run."}}};

// The names in a list with commas.
std::vector<std::string> names_in(const std::optional<std::string>& list) {
  std::vector<std::string> names;
  std::istringstream stream(list.value_or(""));
  for (std::string name; std::getline(stream, name, ',');) {
    names.push_back(name);
  }
  return names;
}

}  // namespace

int main(int argc, char** argv) try {
  const cli::CommandLine line(argc, argv, program_help);
  if (line.words().size() != 1) cli::usage_error("give one record");
  const std::string file = *line.text("output");
  poetry_compare::require_writable({{"--output", file}});
  const auto main = poetry_compare::read_calls(line.words().front());
  const auto chosen = poetry_compare::choose_calls(
      main, {names_in(line.text("show")), names_in(line.text("follow"))});
  poetry_compare::write_file(
      file, poetry_compare::draw_calls(chosen, *line.text("title")));
} catch (const std::exception& error) {
  return cli::report(error);
}
