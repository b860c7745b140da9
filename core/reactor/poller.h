// Waits for file descriptors: the one thing select, poll and epoll differ in.
//
// The reactor calls it, and a test may put its own in the place of the kernel.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace reactor {

struct Events {
  bool read = false;
  bool write = false;

  bool operator==(const Events&) const = default;
};

class Poller {
 public:
  struct Ready {
    int fd;
    Events events;
  };

  virtual ~Poller() = default;

  // From now on, watch `fd` for these events; for none, forget it, which has to
  // be said before it is closed. Throws std::system_error, and changes nothing,
  // if it cannot be watched.
  virtual void watch(int fd, Events events) = 0;

  // Waits until something is ready, or the timeout passes (none: for ever), or
  // a signal comes. A descriptor that is broken, or closed, is ready for
  // everything it is watched for: using it will tell why. A file on a disk is
  // always ready. The view is valid until the next call.
  virtual std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds> timeout) = 0;
};

std::unique_ptr<Poller> make_select_poller();
std::unique_ptr<Poller> make_poll_poller();
std::unique_ptr<Poller> make_epoll_poller();

// Of make_poller(), the best one first.
const std::vector<std::string>& poller_names();

// By its name, or with none the best one that this system has. Throws
// std::invalid_argument for any other name.
std::unique_ptr<Poller> make_poller(const std::string& name = {});

}  // namespace reactor
