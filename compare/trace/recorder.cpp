#include "compare/trace/recorder.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include <fmt/core.h>

#include "compare/trace/format.h"
#include "compare/trace/programs.h"
#include "compare/trace/record_file.h"
#include "compare/trace/sites.h"
#include "compare/trace/temporary_directory.h"

namespace poetry_compare {
namespace {

namespace fs = std::filesystem;

constexpr auto sanitizer_variable = "ASAN_OPTIONS";

// In memory if possible: the traced program may have to wait for a disk.
TemporaryDirectory make_directory() {
  const bool usable = ::access(memory_place, W_OK | X_OK) == 0;
  return usable ? TemporaryDirectory("trace", memory_place)
                : TemporaryDirectory("trace");
}

void set_command(const Header& header, Trace& trace) {
  std::string_view rest(header.command.data(), header.command.size());
  std::vector<std::string> words;
  while (!rest.empty() && words.size() < 1000) {
    const auto size = rest.find('\0');
    if (size == rest.npos) break;
    words.emplace_back(rest.substr(0, size));
    rest.remove_prefix(size + 1);
    // After the last argument there are only zeros.
    if (rest.find_first_not_of('\0') == rest.npos) break;
  }
  trace.pid = header.pid;
  if (words.empty()) return;
  trace.program = words.front();
  trace.arguments.assign(words.begin() + 1, words.end());
}

// A sum over all processes.
struct Totals {
  std::int64_t started = 0;  // when the first one was; 0: there was none
  std::uint64_t lost = 0;
  Programs programs;
};

void add_process(const RecordFile& file, Trace& trace, Totals& totals) {
  const Header* header = file.header();
  if (!header) return;
  if (totals.started == 0 || header->started < totals.started) {
    totals.started = header->started;
    set_command(*header, trace);
  }
  totals.lost += header->lost.load();
  totals.programs.add(*header);
  file.add_events(add_sites(*header, trace), trace.events);
}

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

bool starts(std::string_view variable, std::string_view name) {
  return variable.starts_with(name) &&
         variable.substr(name.size()).starts_with('=');
}

// The value of the variable, as the beginning of a longer one.
std::string before(std::string_view variable) {
  std::string value(variable.substr(variable.find('=') + 1));
  return value.empty() ? value : value + ':';
}

}  // namespace

fs::path tracer_library() {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  const fs::path installed = (here / INSTALLED_TRACER).lexically_normal();
  for (const fs::path& place : {here / tracer_name, installed}) {
    if (fs::exists(place)) return place;
  }
  throw std::runtime_error(fmt::format("{} is not in {}, nor is {}",
                                       tracer_name, here.string(),
                                       installed.string()));
}

Recorder::Recorder(const fs::path& library)
    : directory_(make_directory()),
      library_(fs::absolute(library)) {
  // LD_PRELOAD cannot name such a file, but a link to it.
  if (library_.string().find_first_of(" :$") == std::string::npos) return;
  fs::create_symlink(library_, directory_.path() / tracer_name);
  library_ = directory_.path() / tracer_name;
}

std::vector<std::string> Recorder::environment() const {
  std::vector<std::string> variables;
  std::string preload, sanitizer;
  for (char** variable = ::environ; *variable; ++variable) {
    const std::string_view text = *variable;
    if (starts(text, "LD_PRELOAD")) {
      preload = before(text);
    } else if (starts(text, sanitizer_variable)) {
      sanitizer = before(text);
    } else if (!starts(text, trace_dir_variable)) {
      variables.emplace_back(text);
    }
  }
  // The user's own libraries come first, as they may have to.
  variables.push_back("LD_PRELOAD=" + preload + library_.string());
  variables.push_back(
      fmt::format("{}={}", trace_dir_variable, directory_.path().string()));
  // AddressSanitizer refuses a program in which another library comes first.
  variables.push_back(fmt::format("{}={}verify_asan_link_order=0",
                                  sanitizer_variable, sanitizer));
  return variables;
}

Trace Recorder::collect(const std::string& program) const {
  Trace trace;
  trace.host = host_name();
  Totals totals;
  for (const auto& entry : fs::directory_iterator(directory_.path())) {
    if (!entry.is_symlink())
      add_process(RecordFile(entry.path()), trace, totals);
  }
  std::stable_sort(
      trace.events.begin(), trace.events.end(),
      [](const Event& a, const Event& b) { return a.time < b.time; });
  trace.unseen = totals.programs.why_unseen(program);
  if (totals.lost > 0) {
    trace.complaint = fmt::format("{} events were lost: no room", totals.lost);
  }
  return trace;
}

}  // namespace poetry_compare
