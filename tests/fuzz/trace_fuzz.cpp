// A trace file with any content: it is refused with one line that names the
// file, or it can be written and read again.
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "check.h"
#include "compare/trace/reader.h"
#include "compare/trace/writer.h"

namespace {

using fuzz::check;

// A file in memory.
struct MemoryFile {
  MemoryFile() { check(fd >= 0, "there is a file"); }

  void contain(std::string_view text) const {
    check(
        ::ftruncate(fd, 0) == 0 && ::pwrite(fd, text.data(), text.size(), 0) ==
                                       static_cast<ssize_t>(text.size()),
        "the file is written");
  }

  const int fd = ::memfd_create("trace", MFD_CLOEXEC);
  const std::string name = "/proc/self/fd/" + std::to_string(fd);
};

void check_line(const std::string& text, const std::string& file) {
  check(text.starts_with(file + ": "), "a complaint names the file");
  check(text.find('\n') == text.npos, "a complaint is one line");
}

void check_event(const poetry_compare::Event& event) {
  check(!event.call.empty() && event.duration >= 0, "an event is one");
  check(is_wait(event) + is_read(event) + is_write(event) <= 1,
        "a call is of one kind");
}

void check_trace(const poetry_compare::Trace& trace, const MemoryFile& file) {
  if (!trace.complaint.empty()) check_line(trace.complaint, file.name);
  for (const poetry_compare::Event& event : trace.events) {
    check_event(event);
  }
  const std::string text = to_json_lines(trace);
  file.contain(text);
  const poetry_compare::Trace again = poetry_compare::read_trace(file.name);
  check(again.complaint.empty(), "a written trace is complete");
  check(again.events.size() == trace.events.size(), "no event is lost");
  check(again.program == trace.program && again.arguments == trace.arguments &&
            again.host == trace.host && again.pid == trace.pid,
        "the header survives");
  check(to_json_lines(again) == text, "a written trace is read again");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  static const MemoryFile file;
  file.contain({reinterpret_cast<const char*>(data), size});
  poetry_compare::Trace trace;
  try {
    trace = poetry_compare::read_trace(file.name);
  } catch (const std::runtime_error& error) {
    check_line(error.what(), file.name);
    return 0;
  }
  check_trace(trace, file);
  return 0;
}
