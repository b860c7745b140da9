#include "compare/run/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <utility>

#include <fmt/core.h>

#include "compare/run/clock.h"
#include "compare/run/interrupts.h"

namespace poetry_compare {
namespace {

// Between two pictures, in ns, and as a multiple of the processor time of one.
constexpr std::int64_t picture_interval = 200'000'000, picture_share = 50;

double seconds_now() {
  return static_cast<double>(now()) / 1e9;
}

// A dumb terminal cannot clear a line.
bool can_show() {
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) && terminal && std::string(terminal) != "dumb";
}

}  // namespace

Progress::Progress(std::size_t steps, std::optional<double> seconds, Draw draw)
    : steps_(steps),
      seconds_(seconds),
      draw_(std::move(draw)),
      shown_(can_show()),
      begin_(seconds_now()) {}

Progress::~Progress() {
  if (shown_) std::fputs(text_.replace({}).c_str(), stderr);
}

void Progress::next(const std::string& name) {
  ++step_;
  name_ = part_.empty() ? name : name + ", " + part_;
  tick();
}

void Progress::tick(const std::function<RunSoFar()>& collect) {
  if (!shown_ || !draw_) return tick();
  if (now() < next_picture_) return;
  const auto before = std::clock();
  show(draw_(collect()));
  const auto cost = (std::clock() - before) * (1'000'000'000 / CLOCKS_PER_SEC);
  next_picture_ = now() + std::max(picture_interval, picture_share * cost);
}

void Progress::show(const std::string& picture) {
  if (!shown_) return;
  const double passed = seconds_now() - begin_;
  auto text =
      fmt::format("{}/{} {:.40}: {:.1f} s", step_, steps_, name_, passed);
  if (seconds_) text += fmt::format(" of about {:.0f} s", *seconds_);
  if (!picture.empty()) text += '\n' + picture.substr(0, picture.size() - 1);
  // The shell has written below the old text while the program was stopped.
  if (was_continued_since(last_shown_)) text_.forget();
  last_shown_ = now();
  std::fputs(text_.replace(text).c_str(), stderr);
}

}  // namespace poetry_compare
