// Waits with poll(2).                            twisted.internet.pollreactor
#include <poll.h>

#include <cerrno>

#include "net/socket.h"
#include "reactor/poller.h"

namespace reactor {
namespace {

class PollPoller final : public Poller {
 public:
  void watch(int fd, Events events) override {
    const auto number = static_cast<std::size_t>(fd);
    if (number >= index_by_fd_.size())
      index_by_fd_.resize(number + 1, not_watched);
    int& index = index_by_fd_[number];
    if (!events.read && !events.write) {
      remove(index);
      return;
    }
    if (index == not_watched) {
      index = static_cast<int>(watched_.size());
      watched_.push_back({fd, 0, 0});
    }
    const int mask = (events.read ? POLLIN : 0) | (events.write ? POLLOUT : 0);
    watched_[static_cast<std::size_t>(index)].events = static_cast<short>(mask);
  }

  std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds> timeout) override {
    const int wait = timeout ? static_cast<int>(timeout->count()) : -1;
    int count = ::poll(watched_.data(), watched_.size(), wait);
    if (count < 0 && errno != EINTR) net::throw_last_error("poll");

    constexpr int broken = POLLERR | POLLHUP | POLLNVAL;
    ready_.clear();
    for (auto p = watched_.begin(); count > 0; ++p) {
      if (p->revents == 0) continue;
      --count;
      const int wanted = p->events;
      const int now = (p->revents & broken) ? wanted : p->revents & wanted;
      const bool hung_up =
          (now & POLLOUT) && (p->revents & (POLLOUT | broken)) == POLLHUP;
      ready_.push_back({p->fd,
                        {(now & POLLIN) != 0, (now & POLLOUT) != 0, hung_up,
                         (p->revents & POLLNVAL) != 0}});
    }
    return ready_;
  }

 private:
  static constexpr int not_watched = -1;

  // The last element fills the hole.
  void remove(int& index) {
    if (index == not_watched) return;
    const auto hole =
        static_cast<std::size_t>(std::exchange(index, not_watched));
    if (hole + 1 < watched_.size()) {
      watched_[hole] = watched_.back();
      index_by_fd_[static_cast<std::size_t>(watched_[hole].fd)] =
          static_cast<int>(hole);
    }
    watched_.pop_back();
  }

  std::vector<pollfd> watched_;
  std::vector<int> index_by_fd_;  // of its element in watched_
  std::vector<Ready> ready_;
};

}  // namespace

std::unique_ptr<Poller> make_poll_poller() {
  return std::make_unique<PollPoller>();
}

}  // namespace reactor
