// Waits for file descriptors; hides how select, poll and epoll differ.
//
// The reactor calls it. Tests pass pollers of their own, in place of the
// kernel.
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
  // Reported together with `write`: the other side is closed, and there will
  // never be room to write. select() does not report it.
  bool hung_up = false;
  bool closed = false;  // reported: no file is open with this number

  bool operator==(const Events&) const = default;
};

class Poller {
 public:
  struct Ready {
    int fd;
    Events events;
  };

  virtual ~Poller() = default;

  // Watches `fd` for these events from now on. With no events, stops watching
  // `fd`; do so before `fd` is closed. Throws std::system_error, and changes
  // nothing, if `fd` cannot be watched.
  virtual void watch(int fd, Events events) = 0;

  // Waits until a descriptor is ready, the timeout has passed or a signal
  // comes; without a timeout there is no limit. A broken or closed descriptor
  // is ready for everything it is watched for, because using it reports the
  // reason. A file on a disk is always ready. The view is valid until the next
  // call.
  virtual std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds> timeout) = 0;

  // A descriptor that is readable when wait() would return at once; -1 if the
  // poller has none. Files on a disk do not make it readable. The caller waits
  // for it outside of wait(), so each change takes effect at once from now on.
  virtual int fileno() { return -1; }
};

std::unique_ptr<Poller> make_select_poller();
std::unique_ptr<Poller> make_poll_poller();
std::unique_ptr<Poller> make_epoll_poller();

// The names for make_poller(), the best one first.
const std::vector<std::string>& poller_names();

// The poller of that name; without a name, the best one that this system has.
// Throws std::invalid_argument for an unknown name.
std::unique_ptr<Poller> make_poller(const std::string& name = {});

}  // namespace reactor
