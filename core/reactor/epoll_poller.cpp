// Waits with epoll(7), level-triggered.         twisted.internet.epollreactor
//
// What is new is told to the kernel at once, because it may be refused; what is
// forgotten too, because a number may be closed, and mean something else, a
// moment later. What only changes is gathered until the next wait.
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "net/socket.h"
#include "reactor/poller.h"

namespace reactor {
namespace {

constexpr std::chrono::milliseconds soon{10};

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
    if (!events.read && !events.write) {
      forget(fd, watched);
    } else if (watched.wanted == Events()) {
      if (!control(EPOLL_CTL_ADD, fd, events)) {
        if (errno != EPERM) net::throw_last_error("epoll_ctl");
        always_.push_back(fd);  // a file on a disk, which epoll refuses
      }
      watched = {events, events};
    } else {
      // Noted once, when it first differs from what the kernel knows.
      if (watched.wanted == watched.told) changed_.push_back(fd);
      watched.wanted = events;
    }
  }

  std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds> timeout) override {
    if (!changed_.empty()) tell_changes();
    if (!changed_.empty()) timeout = std::min(timeout.value_or(soon), soon);
    if (!always_.empty()) timeout = std::chrono::milliseconds(0);
    const int wait = timeout ? static_cast<int>(timeout->count()) : -1;
    const int count = ::epoll_wait(epoll_.fd(), events_.data(),
                                   static_cast<int>(events_.size()), wait);
    if (count < 0 && errno != EINTR) net::throw_last_error("epoll_wait");

    constexpr unsigned broken = EPOLLERR | EPOLLHUP;
    ready_.clear();
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events_[static_cast<std::size_t>(i)];
      const Events wanted =
          watched_[static_cast<std::size_t>(event.data.fd)].told;
      ready_.push_back(
          {event.data.fd,
           {wanted.read && (event.events & (EPOLLIN | broken)) != 0,
            wanted.write && (event.events & (EPOLLOUT | broken)) != 0}});
    }
    for (const int fd : always_) {
      ready_.push_back({fd, watched_[static_cast<std::size_t>(fd)].wanted});
    }
    return ready_;
  }

 private:
  struct Watched {
    Events wanted;
    Events told;  // what the kernel knows; none: not registered
  };

  bool control(int operation, int fd, Events events) {
    epoll_event event{};
    event.data.fd = fd;
    if (events.read) event.events |= EPOLLIN;
    if (events.write) event.events |= EPOLLOUT;
    return ::epoll_ctl(epoll_.fd(), operation, fd, &event) == 0;
  }

  void forget(int fd, Watched& watched) {
    if (watched.wanted == Events()) return;
    if (std::erase(always_, fd) == 0) control(EPOLL_CTL_DEL, fd, {});
    watched = {};
  }

  // What the kernel has no memory for is told again before the next wait. Of
  // what is closed it does not know any more, nor will it.
  void tell_changes() {
    std::erase_if(changed_, [this](int fd) {
      Watched& watched = watched_[static_cast<std::size_t>(fd)];
      if (watched.wanted == watched.told) return true;
      if (!control(EPOLL_CTL_MOD, fd, watched.wanted) && errno != EBADF &&
          errno != ENOENT) {
        return false;
      }
      watched.told = watched.wanted;
      return true;
    });
  }

  net::Socket epoll_;
  std::vector<Watched> watched_;  // by descriptor
  std::vector<int> changed_;
  std::vector<int> always_;
  std::array<epoll_event, 256> events_;
  std::vector<Ready> ready_;
};

}  // namespace

std::unique_ptr<Poller> make_epoll_poller() {
  return std::make_unique<EpollPoller>();
}

}  // namespace reactor
