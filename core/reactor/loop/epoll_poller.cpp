// Waits with epoll(7), level-triggered.         twisted.internet.epollreactor
#include <sys/epoll.h>

#include <array>
#include <cerrno>

#include "net/socket.h"
#include "reactor/poller.h"

namespace reactor {
namespace {

class EpollPoller final : public Poller {
 public:
  EpollPoller()
      : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_.fd() < 0) net::throw_last_error("epoll_create1");
  }

  void watch(int fd, Events events) override {
    const auto number = static_cast<std::size_t>(fd);
    if (number >= watched_.size()) watched_.resize(number + 1);
    Events& watched = watched_[number];
    if (events == watched) return;
    if (events == Events()) {
      if (std::erase(always_ready_, fd) == 0) control(EPOLL_CTL_DEL, fd, {});
    } else if (watched == Events()) {
      add(fd, events);
    } else {
      // This fails only if `fd` was closed too early, or is always ready.
      control(EPOLL_CTL_MOD, fd, events);
    }
    watched = events;
  }

  std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds> timeout) override {
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
      const Events wanted = watched_[static_cast<std::size_t>(fd)];
      ready_.push_back(
          {fd,
           {wanted.read && (event.events & (EPOLLIN | broken)) != 0,
            wanted.write && (event.events & (EPOLLOUT | broken)) != 0}});
    }
    for (const int fd : always_ready_) {
      ready_.push_back({fd, watched_[static_cast<std::size_t>(fd)]});
    }
    return ready_;
  }

  int fileno() const override { return epoll_.fd(); }

 private:
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

  net::Socket epoll_;
  std::vector<Events> watched_;  // by descriptor; no events: not watched
  std::vector<int> always_ready_;
  std::array<epoll_event, 256> events_;
  std::vector<Ready> ready_;
};

}  // namespace

std::unique_ptr<Poller> make_epoll_poller() {
  return std::make_unique<EpollPoller>();
}

}  // namespace reactor
