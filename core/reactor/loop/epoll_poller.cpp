// Waits with epoll(7), level-triggered.         twisted.internet.epollreactor
//
// A new descriptor is passed to the kernel at once, because the kernel may
// refuse it. A removed one is deleted at once, because its number may soon be
// another file's. Changes of interest are collected until the next wait: many
// are undone before that.
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "net/socket.h"
#include "reactor/poller.h"

namespace reactor {
namespace {

constexpr std::chrono::milliseconds retry_delay{10};

class EpollPoller final : public Poller {
 public:
  EpollPoller()
      : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_.fd() < 0) net::throw_last_error("epoll_create1");
  }

  void watch(int fd, Events events) override {
    const auto number = static_cast<std::size_t>(fd);
    if (number >= watched_.size()) watched_.resize(number + 1);
    Watched& watched = watched_[number];
    if (events == watched.wanted) return;
    if (events == Events()) {
      if (std::erase(always_ready_, fd) == 0) control(EPOLL_CTL_DEL, fd, {});
      watched = {};
    } else if (watched.wanted == Events()) {
      add(fd, events);
      watched = {events, events};
    } else {
      if (watched.wanted == watched.registered) changed_.push_back(fd);
      watched.wanted = events;
      if (is_polled_) register_changes();
    }
  }

  std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds> timeout) override {
    if (!changed_.empty()) register_changes();
    if (!changed_.empty()) {
      timeout = std::min(timeout.value_or(retry_delay), retry_delay);
    }
    if (!always_ready_.empty()) timeout = std::chrono::milliseconds(0);
    const int wait = timeout ? static_cast<int>(timeout->count()) : -1;
    const int count = ::epoll_wait(epoll_.fd(), events_.data(),
                                   static_cast<int>(events_.size()), wait);
    if (count < 0 && errno != EINTR) net::throw_last_error("epoll_wait");

    constexpr unsigned broken = EPOLLERR | EPOLLHUP;
    ready_.clear();
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events_[static_cast<std::size_t>(i)];
      const int fd = event.data.fd;
      const Events asked = watched_[static_cast<std::size_t>(fd)].registered;
      ready_.push_back(
          {fd,
           {asked.read && (event.events & (EPOLLIN | broken)) != 0,
            asked.write && (event.events & (EPOLLOUT | broken)) != 0}});
    }
    for (const int fd : always_ready_) {
      ready_.push_back({fd, watched_[static_cast<std::size_t>(fd)].wanted});
    }
    return ready_;
  }

  int fileno() override {
    is_polled_ = true;
    register_changes();
    return epoll_.fd();
  }

 private:
  struct Watched {
    Events wanted;
    Events registered;  // the events that the kernel was asked to watch
  };

  void add(int fd, Events events) {
    if (control(EPOLL_CTL_ADD, fd, events)) return;
    if (errno != EPERM) net::throw_last_error("epoll_ctl");
    always_ready_.push_back(fd);  // epoll refuses files on a disk
  }

  bool control(int operation, int fd, Events events) {
    epoll_event event{};
    event.data.fd = fd;
    if (events.read) event.events |= EPOLLIN;
    if (events.write) event.events |= EPOLLOUT;
    return ::epoll_ctl(epoll_.fd(), operation, fd, &event) == 0;
  }

  // Tries again before the next wait if the kernel has no memory. A descriptor
  // that was closed, or a file on a disk, is not in the kernel's set.
  void register_changes() {
    std::erase_if(changed_, [this](int fd) {
      Watched& watched = watched_[static_cast<std::size_t>(fd)];
      if (watched.wanted == watched.registered) return true;
      if (!control(EPOLL_CTL_MOD, fd, watched.wanted) && errno != EBADF &&
          errno != ENOENT && errno != EPERM) {
        return false;
      }
      watched.registered = watched.wanted;
      return true;
    });
  }

  net::Socket epoll_;
  std::vector<Watched> watched_;  // by descriptor
  std::vector<int> changed_;
  bool is_polled_ = false;  // the caller waits for fileno()
  std::vector<int> always_ready_;
  std::array<epoll_event, 256> events_;
  std::vector<Ready> ready_;
};

}  // namespace

std::unique_ptr<Poller> make_epoll_poller() {
  return std::make_unique<EpollPoller>();
}

}  // namespace reactor
