#include "compare/trace/trace.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace poetry_compare {
namespace {

template <std::size_t n>
bool contains(const std::array<std::string_view, n>& names,
              std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool is_wait(const Event& event) {
  static constexpr std::array<std::string_view, 7> waits = {
      "select",     "pselect",     "poll",        "ppoll",
      "epoll_wait", "epoll_pwait", "epoll_pwait2"};
  return contains(waits, event.call);
}

bool is_read(const Event& event) {
  static constexpr std::array<std::string_view, 8> reads = {
      "recv",  "recvfrom", "recvmsg", "read",
      "readv", "recvmmsg", "splice",  "preadv2"};
  return contains(reads, event.call);
}

bool is_write(const Event& event) {
  static constexpr std::array<std::string_view, 9> writes = {
      "send",     "sendto",   "sendmsg",   "write",   "writev",
      "sendmmsg", "sendfile", "splice_to", "pwritev2"};
  return contains(writes, event.call);
}

}  // namespace poetry_compare
