// Waits with epoll(7), level-triggered.         twisted.internet.epollreactor
//
// A new descriptor is passed to the kernel at once, because the kernel may
// refuse it. A removed one is deleted at once, because its number may soon be
// another file's. Changes of interest are collected until the next wait: many
// are undone before that.
//
// A descriptor that is closed before it is removed stays in the kernel's set as
// long as a duplicate of it exists, and cannot be deleted: its number is free,
// or belongs to another file. So each registration has a generation, which its
// events carry. An event of an earlier generation means that the set has to be
// replaced. The set also has to be replaced if the number of a registration
// belongs to another file now, or to none: its event could come for ever. So
// one event in every few hundred waits is checked.
#include <fcntl.h>
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>

#include "net/socket.h"
#include "reactor/poller.h"

namespace reactor {
namespace {

constexpr std::chrono::milliseconds retry_delay{10};
constexpr unsigned waits_per_check = 256;

net::Socket create_set() {
  net::Socket set(::epoll_create1(EPOLL_CLOEXEC));
  if (set.fd() < 0) net::throw_last_error("epoll_create1");
  return set;
}

class EpollPoller final : public Poller {
 public:
  void watch(int fd, Events events) override {
    const auto number = static_cast<std::size_t>(fd);
    if (number >= watched_.size()) watched_.resize(number + 1);
    Watched& watched = watched_[number];
    if (events == watched.wanted) return;
    if (events == Events()) {
      if (std::erase(always_ready_, fd) == 0) control(EPOLL_CTL_DEL, fd, {});
      watched = {};
    } else if (watched.wanted == Events()) {
      watched.generation = ++generation_;
      if (!add(fd, events)) net::throw_last_error("epoll_ctl");
      watched.wanted = watched.registered = events;
    } else {
      if (watched.wanted == watched.registered) changed_.push_back(fd);
      watched.wanted = events;
      if (outer_.fd() >= 0) register_changes();
    }
  }

  std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds> timeout) override {
    register_changes();
    if (!changed_.empty()) {
      timeout = std::min(timeout.value_or(retry_delay), retry_delay);
    }
    if (!always_ready_.empty()) timeout = std::chrono::milliseconds(0);
    const int wait = timeout ? static_cast<int>(timeout->count()) : -1;
    const int count = ::epoll_wait(epoll_.fd(), events_.data(),
                                   static_cast<int>(events_.size()), wait);
    if (count < 0 && errno != EINTR) net::throw_last_error("epoll_wait");

    ready_.clear();
    bool is_set_valid = count <= 0 || is_checked(count);
    for (int i = 0; i < count; ++i) {
      is_set_valid &= report(events_[static_cast<std::size_t>(i)]);
    }
    if (!is_set_valid) replace_set();
    for (const int fd : always_ready_) {
      Events now = watched_[static_cast<std::size_t>(fd)].wanted;
      now.closed = ::fcntl(fd, F_GETFD) < 0;
      ready_.push_back({fd, now});
    }
    return ready_;
  }

  int fileno() override {
    register_changes();
    if (outer_.fd() < 0) {
      outer_ = create_set();
      link(EPOLL_CTL_ADD);
    }
    return outer_.fd();
  }

 private:
  struct Watched {
    Events wanted;
    Events registered;  // the events that the kernel was asked to watch
    std::uint32_t generation = 0;
  };

  // Files on a disk, which epoll refuses, are always ready. A file that has its
  // earlier number again may still be in the set.
  bool add(int fd, Events events) {
    if (control(EPOLL_CTL_ADD, fd, events)) return true;
    if (errno == EEXIST) return control(EPOLL_CTL_MOD, fd, events);
    if (errno == EPERM) always_ready_.push_back(fd);
    return errno == EPERM;
  }

  bool control(int operation, int fd, Events events) {
    const auto number = static_cast<std::uint32_t>(fd);
    epoll_event event{};
    event.data.u64 = number | std::uint64_t{watched_[number].generation} << 32;
    if (events.read) event.events |= EPOLLIN;
    if (events.write) event.events |= EPOLLOUT;
    return ::epoll_ctl(epoll_.fd(), operation, fd, &event) == 0;
  }

  // Tries again before the next wait if the kernel has no memory. A descriptor
  // that was closed, or a file on a disk, is not in the kernel's set.
  void register_changes() {
    if (changed_.empty()) return;
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

  // The kernel refuses to change what is not in its set by this number.
  bool is_checked(int count) {
    if (++waits_ % waits_per_check != 0) return true;
    const auto index = waits_ / waits_per_check % static_cast<unsigned>(count);
    const auto fd = static_cast<std::uint32_t>(events_[index].data.u64);
    return control(EPOLL_CTL_MOD, static_cast<int>(fd),
                   watched_[fd].registered) ||
           (errno != EBADF && errno != ENOENT);
  }

  // Returns false if no registration waits for this event.
  bool report(const epoll_event& event) {
    const auto fd = static_cast<std::uint32_t>(event.data.u64);
    const Watched& watched = watched_[fd];
    if (event.data.u64 >> 32 != watched.generation) return false;
    constexpr unsigned broken = EPOLLERR | EPOLLHUP;
    const Events asked = watched.registered;
    const Events now{
        asked.read && (event.events & (EPOLLIN | broken)) != 0,
        asked.write && (event.events & (EPOLLOUT | broken)) != 0,
        asked.write && (event.events & (EPOLLOUT | broken)) == EPOLLHUP};
    ready_.push_back({static_cast<int>(fd), now});
    return now.read || now.write;
  }

  // A descriptor that was closed without a duplicate is ready from now on:
  // using it reports the reason. Closes the old set first: there may be no
  // other free descriptor.
  void replace_set() {
    if (outer_.fd() >= 0) link(EPOLL_CTL_DEL);
    epoll_.close();
    epoll_ = create_set();
    if (outer_.fd() >= 0) link(EPOLL_CTL_ADD);
    changed_.clear();
    always_ready_.clear();
    for (std::size_t number = 0; number < watched_.size(); ++number) {
      Watched& watched = watched_[number];
      watched.registered = watched.wanted;
      const int fd = static_cast<int>(number);
      if (watched.wanted == Events()) continue;
      if (add(fd, watched.wanted)) continue;
      if (errno != EBADF) net::throw_last_error("epoll_ctl");
      always_ready_.push_back(fd);
    }
  }

  void link(int operation) {
    epoll_event event{EPOLLIN, {}};
    if (::epoll_ctl(outer_.fd(), operation, epoll_.fd(), &event) < 0) {
      net::throw_last_error("epoll_ctl");
    }
  }

  net::Socket epoll_ = create_set();
  // For fileno(). Contains epoll_ only, and stays when epoll_ is replaced: the
  // other loop may have registered it with epoll, which would lose it.
  net::Socket outer_;
  unsigned waits_ = 0;  // that have reported events
  std::vector<Watched> watched_;  // by descriptor
  std::uint32_t generation_ = 0;  // of the last registration
  std::vector<int> changed_;
  std::vector<int> always_ready_;
  std::array<epoll_event, 256> events_;
  std::vector<Ready> ready_;
};

}  // namespace

std::unique_ptr<Poller> make_epoll_poller() {
  return std::make_unique<EpollPoller>();
}

}  // namespace reactor
