#include "compare/trace/recorder.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include <fmt/core.h>

#include "compare/trace/format.h"
#include "compare/trace/temporary_directory.h"

namespace poetry_compare {
namespace {

namespace fs = std::filesystem;

constexpr auto library_name = "libpoetry-tracer.so";

[[noreturn]] void fail(const std::string& what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// In memory if possible: the traced program may have to wait for a disk.
TemporaryDirectory make_directory() {
  const bool usable = ::access(memory_place, W_OK | X_OK) == 0;
  return usable ? TemporaryDirectory("trace", memory_place)
                : TemporaryDirectory("trace");
}

// --- A process's file --------------------------------------------------------

// A mapped file. Its process may still be writing to it.
class Mapped {
 public:
  explicit Mapped(const fs::path& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) fail("cannot read " + path.string());
    struct stat status {};
    if (::fstat(fd, &status) == 0) {
      size_ = static_cast<std::size_t>(status.st_size);
    }
    if (size_ > 0) {
      data_ = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd, 0);
    }
    ::close(fd);
    if (data_ == MAP_FAILED) fail("cannot read " + path.string());
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  ~Mapped() {
    if (size_ > 0) ::munmap(data_, size_);
  }

  // Null if the process ended before it had written the header.
  const Header* header() const {
    if (size_ < sizeof(Header)) return nullptr;
    const auto* header = static_cast<const Header*>(data_);
    return header->magic == record_magic ? header : nullptr;
  }

  const Record* begin() const {
    return static_cast<const Record*>(data_) + first_record;
  }
  const Record* end() const {
    return static_cast<const Record*>(data_) + size_ / sizeof(Record);
  }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

bool is_written(const Record& record) {
  // C++20 has no atomic_ref of a const object.
  auto& written = const_cast<std::uint32_t&>(record.written);
  return std::atomic_ref(written).load(std::memory_order_acquire) != 0;
}

Event to_event(const Record& record, int pid) {
  Event event;
  event.time = record.time;
  event.duration = record.duration;
  event.pid = pid;
  event.thread = record.thread;
  event.call = call_names.at(static_cast<std::size_t>(record.call));
  event.fd = record.fd;
  event.local = record.local;
  event.peer = record.peer;
  event.result = record.result;
  event.error = record.error;
  event.queued = record.queued;
  event.checksum = record.checksum;
  return event;
}

void add_events(const Mapped& file, Trace& trace) {
  for (const Record& record : file) {
    if (is_written(record)) {
      trace.events.push_back(to_event(record, file.header()->pid));
    }
  }
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

// Of all processes.
struct Totals {
  std::int64_t started = 0;  // when the first one was; 0: there was none
  std::uint64_t lost = 0;
};

void add_process(const Mapped& file, Trace& trace, Totals& totals) {
  const Header* header = file.header();
  if (!header) return;
  if (totals.started == 0 || header->started < totals.started) {
    totals.started = header->started;
    set_command(*header, trace);
  }
  totals.lost += header->lost.load();
  add_events(file, trace);
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

}  // namespace

fs::path tracer_library() {
  const fs::path here = fs::read_symlink("/proc/self/exe").parent_path();
  const fs::path installed = (here / INSTALLED_TRACER).lexically_normal();
  for (const fs::path& place : {here / library_name, installed}) {
    if (fs::exists(place)) return place;
  }
  throw std::runtime_error(fmt::format("{} is not in {}, nor is {}",
                                       library_name, here.string(),
                                       installed.string()));
}

Recorder::Recorder(const fs::path& library)
    : directory_(make_directory()),
      library_(fs::absolute(library)) {
  // LD_PRELOAD cannot name such a file, but a link to it.
  if (library_.string().find_first_of(" :$") == std::string::npos) return;
  fs::create_symlink(library_, directory_.path() / library_name);
  library_ = directory_.path() / library_name;
}

std::vector<std::string> Recorder::environment() const {
  std::vector<std::string> variables;
  std::string preload = "LD_PRELOAD=" + library_.string();
  for (char** variable = ::environ; *variable; ++variable) {
    const std::string_view text = *variable;
    if (starts(text, "LD_PRELOAD")) {
      const auto others = text.substr(text.find('=') + 1);
      if (!others.empty()) preload.append(":").append(others);
    } else if (!starts(text, trace_dir_variable)) {
      variables.emplace_back(text);
    }
  }
  variables.push_back(preload);
  variables.push_back(
      fmt::format("{}={}", trace_dir_variable, directory_.path().string()));
  return variables;
}

Trace Recorder::collect() const {
  Trace trace;
  trace.host = host_name();
  Totals totals;
  for (const auto& entry : fs::directory_iterator(directory_.path())) {
    if (!entry.is_symlink()) add_process(Mapped(entry.path()), trace, totals);
  }
  std::stable_sort(
      trace.events.begin(), trace.events.end(),
      [](const Event& a, const Event& b) { return a.time < b.time; });
  if (totals.started == 0) {
    trace.complaint = "could not be seen: is it statically linked?";
  } else if (totals.lost > 0) {
    trace.complaint = fmt::format("{} events were lost: no room", totals.lost);
  }
  return trace;
}

}  // namespace poetry_compare
