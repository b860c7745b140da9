#include "compare/run/program.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>

#include "cli/print.h"
#include "compare/run/descendants.h"
#include "compare/run/inherited_signals.h"
#include "compare/run/interrupts.h"

namespace poetry_compare {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t max_errors = 4096;  // bytes that are kept
constexpr int tick_ms = 100;

std::string last_line(std::string text) {
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  const auto begin = text.find_last_of("\r\n");
  if (begin != text.npos) text.erase(0, begin + 1);
  if (text.size() > 200) text = text.substr(0, 200) + "...";
  std::replace(text.begin(), text.end(), '\t', ' ');
  return cli::escape(text);
}

}  // namespace

Program::Program(const std::vector<std::string>& words,
                 const std::vector<std::string>& environment,
                 bool keep_output)
    : begin_(now()),
      child_({.words = words,
              .environment = environment,
              .output = keep_output ? to_pipe : to_null,
              .errors = to_pipe,
              .prepare = [this] {
                const int error = keeper_.become_parent();
                return error != 0 ? error : restore_signals();
              }}) {}

Program::~Program() {
  if (child_.pid() > 0) stop();
}

bool Program::has_run_for(double seconds) const {
  return static_cast<double>(now() - begin_) > seconds * 1e9;
}

std::optional<std::string> Program::read_line(double seconds) {
  auto end = output_.find('\n');
  while (end == output_.npos && child_.output() >= 0) {
    check_interrupted();
    if (has_run_for(seconds)) return std::nullopt;
    pollfd readable{child_.output(), POLLIN, 0};
    if (::poll(&readable, 1, tick_ms) > 0) child_.read_output(output_);
    end = output_.find('\n');
  }
  if (end == output_.npos) return std::nullopt;
  const auto line = output_.substr(0, end);
  output_.erase(0, end + 1);
  return line;
}

void Program::read_errors() {
  child_.read_errors(errors_);
  if (errors_.size() > max_errors) {
    errors_.erase(0, errors_.size() - max_errors);
  }
}

// Whether the program has ended. Reads its errors meanwhile, because a full
// pipe would stop it.
bool Program::ends_within_a_tick() {
  std::array<pollfd, 2> fds{
      {{child_.ended(), POLLIN, 0}, {child_.errors(), POLLIN, 0}}};
  if (::poll(fds.data(), fds.size(), tick_ms) < 0) return false;
  if (fds[1].revents != 0) read_errors();
  return fds[0].revents != 0;
}

Ending Program::wait(double seconds, const std::function<void()>& tick) {
  std::int64_t next_tick = begin_;
  while (!ends_within_a_tick()) {
    check_interrupted();
    if (has_run_for(seconds)) {
      Ending ending = stop();
      ending.timed_out = true;
      return ending;
    }
    if (now() < next_tick) continue;
    next_tick = now() + tick_ms * 1'000'000L;
    if (has_stopped_descendant(child_.pid())) last_stop_ = now();
    tick();
  }
  return finish();
}

bool Program::was_stopped_since(std::int64_t time) const {
  const KeeperNotes& notes = keeper_.notes();
  return notes.is_stopped || notes.last_stop >= time || last_stop_ >= time;
}

Ending Program::stop(milliseconds grace) {
  const auto deadline = now() + std::chrono::nanoseconds(grace).count();
  if (grace.count() > 0) child_.signal(Keeper::terminate);
  while (now() < deadline && !ends_within_a_tick()) {
  }
  child_.signal(Keeper::kill_all);
  return finish();
}

// The keeper knows these numbers of the command only.
void Program::add_usage(Ending& ending) const {
  // To execute the command takes some more pages.
  constexpr long margin_kib = 512;
  const KeeperNotes& notes = keeper_.notes();
  ending.switches = notes.usage.ru_nvcsw;
  if (notes.usage.ru_maxrss <= notes.copied_kib + margin_kib) return;
  ending.memory = notes.usage.ru_maxrss * 1024;
}

// The keeper has not noted an end if it was itself killed.
Ending Program::finish() {
  const ChildExit keeper_exit = child_.wait();
  const KeeperNotes& notes = keeper_.notes();
  Ending ending;
  ending.end = notes.end != 0 ? notes.end.load() : now();
  const ChildExit exit =
      notes.end != 0 ? ChildExit{notes.wait_status, notes.usage} : keeper_exit;
  ending.status = exit.status();
  ending.cpu = exit.cpu().count();
  if (notes.end != 0) add_usage(ending);
  ending.stopped = was_stopped_since(begin_);
  read_errors();
  ending.last_words = last_line(errors_);
  return ending;
}

}  // namespace poetry_compare
