#include "compare/run/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include <fmt/core.h>

#include "compare/run/program.h"

namespace poetry_compare {
namespace {

constexpr auto clear_line = "\r\x1b[K";

double seconds_now() {
  return static_cast<double>(now()) / 1e9;
}

// A dumb terminal cannot clear a line.
bool can_show() {
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) && terminal && std::string(terminal) != "dumb";
}

}  // namespace

Progress::Progress(std::size_t steps, std::optional<double> seconds)
    : steps_(steps),
      seconds_(seconds),
      shown_(can_show()),
      begin_(seconds_now()) {}

Progress::~Progress() {
  if (shown_) std::fputs(clear_line, stderr);
}

void Progress::next(const std::string& name) {
  ++step_;
  name_ = part_.empty() ? name : name + ", " + part_;
  tick();
}

void Progress::tick() {
  if (!shown_) return;
  const double passed = seconds_now() - begin_;
  auto line = fmt::format("{}{}/{} {:.40}: {:.1f} s", clear_line, step_, steps_,
                          name_, passed);
  if (seconds_) line += fmt::format(" of about {:.0f} s", *seconds_);
  std::fputs(line.c_str(), stderr);
}

}  // namespace poetry_compare
