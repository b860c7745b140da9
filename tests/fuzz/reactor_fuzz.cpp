// Operation bytes, on a reactor: whatever is done in whatever order, the
// contract of interfaces.h holds, and every poller does the same.
#include <spdlog/spdlog.h>

#include <string>

#include "check.h"
#include "world/world.h"

namespace {

// What happened stands on stderr then, once as it was with poll.
void check_same(const std::string& with_poll,
                const std::string& trace,
                const char* promise) {
  if (trace == with_poll) return;
  std::fprintf(stderr, "%s---\n%s", with_poll.c_str(), trace.c_str());
  fuzz::check(false, promise);
}

std::string trace(std::span<const std::uint8_t> bytes, const char* poller) {
  fuzz::World world(bytes, poller);
  world.run();
  return world.trace();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  spdlog::set_level(spdlog::level::off);
  const std::span bytes(data, size);
  trace(bytes, "scripted");
  const std::string with_poll = trace(bytes, "poll");
  check_same(with_poll, trace(bytes, "select"), "select is like poll");
  check_same(with_poll, trace(bytes, "epoll"), "epoll is like poll");
  return 0;
}
