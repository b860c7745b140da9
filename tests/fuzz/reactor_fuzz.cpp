// Operations on a reactor: in any order the contract of interfaces.h holds, and
// every poller behaves alike.
#include <spdlog/spdlog.h>

#include <string>

#include "check.h"
#include "model/reactor_model.h"

namespace {

// Prints both traces on stderr if they differ.
void check_same(const std::string& with_poll,
                const std::string& trace,
                const char* promise) {
  if (trace == with_poll) return;
  std::fprintf(stderr, "%s---\n%s", with_poll.c_str(), trace.c_str());
  fuzz::check(false, promise);
}

std::string trace(std::span<const std::uint8_t> bytes, const char* poller) {
  fuzz::ReactorModel model(bytes, poller);
  model.run();
  return model.trace();
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
