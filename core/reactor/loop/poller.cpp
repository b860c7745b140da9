#include "reactor/poller.h"

#include <stdexcept>
#include <system_error>

namespace reactor {

const std::vector<std::string>& poller_names() {
  static const std::vector<std::string> names{"epoll", "poll", "select"};
  return names;
}

std::unique_ptr<Poller> make_poller(const std::string& name) try {
  if (name.empty() || name == "epoll") return make_epoll_poller();
  if (name == "poll") return make_poll_poller();
  if (name == "select") return make_select_poller();
  throw std::invalid_argument("no such reactor: " + name);
} catch (const std::system_error&) {
  // A kernel or a sandbox may refuse epoll. Every system has poll.
  if (name.empty()) return make_poll_poller();
  throw;
}

}  // namespace reactor
