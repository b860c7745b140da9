#include "compare/tracer/processor.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <ctime>

namespace tracer {
namespace {

constexpr auto schedstat = "/proc/thread-self/schedstat";

struct Text {
  std::array<char, 64> data{};
  long size = -1;
};

// System calls that bypass the C library, as some are interposed.
Text read_file(const char* path) {
  Text text;
  const long fd = ::syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return text;
  text.size = ::syscall(SYS_read, fd, text.data.data(), text.data.size() - 1);
  ::syscall(SYS_close, fd);
  return text;
}

// The number at `text`, which is moved behind it.
std::uint64_t parse(const char*& text) {
  std::uint64_t number = 0;
  for (; *text >= '0' && *text <= '9'; ++text) {
    number = 10 * number + static_cast<std::uint64_t>(*text - '0');
  }
  if (*text == ' ') ++text;
  return number;
}

std::uint32_t to_us(std::uint64_t ns) {
  return static_cast<std::uint32_t>(ns / 1000);
}

}  // namespace

void add_processor_time(poetry_compare::Record& record) {
  const Text text = read_file(schedstat);
  if (text.size > 0) {
    const char* rest = text.data.data();
    record.cpu = to_us(parse(rest));
    record.delayed = to_us(parse(rest));
    record.flags |= poetry_compare::flag_cpu | poetry_compare::flag_delayed;
    return;
  }
  timespec time{};
  if (::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) != 0) return;
  record.cpu = to_us(static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 +
                     static_cast<std::uint64_t>(time.tv_nsec));
  record.flags |= poetry_compare::flag_cpu;
}

}  // namespace tracer
