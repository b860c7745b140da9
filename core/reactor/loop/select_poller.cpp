// Waits with select(2).                        twisted.internet.selectreactor
#include <fcntl.h>
#include <sys/select.h>

#include <cerrno>

#include "net/socket.h"
#include "reactor/error.h"
#include "reactor/poller.h"

namespace reactor {
namespace {

class SelectPoller final : public Poller {
 public:
  void watch(int fd, Events events) override {
    // FD_SET does not check: it would write behind the end of the set.
    if (fd < 0 || fd >= FD_SETSIZE) {
      throw std::system_error(Error::descriptor_too_large,
                              "descriptor " + std::to_string(fd));
    }
    FD_CLR(fd, &reads_);
    FD_CLR(fd, &writes_);
    if (events.read) FD_SET(fd, &reads_);
    if (events.write) FD_SET(fd, &writes_);
    if (fd >= end_) end_ = fd + 1;
    while (end_ > 0 && !is_watched(end_ - 1)) {
      --end_;
    }
  }

  std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds> timeout) override {
    timeval wait{};
    if (timeout) {
      wait.tv_sec = timeout->count() / 1000;
      wait.tv_usec = timeout->count() % 1000 * 1000;
    }
    fd_set reads = reads_;
    fd_set writes = writes_;
    ready_.clear();
    const int count =
        ::select(end_, &reads, &writes, nullptr, timeout ? &wait : nullptr);
    // After an error the sets are unchanged. After a signal nothing is ready.
    if (count == 0 || (count < 0 && errno == EINTR)) return ready_;
    if (count < 0 && errno != EBADF) net::throw_last_error("select");
    // A watched descriptor was closed; select() does not say which one.
    const bool any_closed = count < 0;
    for (int fd = 0; fd < end_; ++fd) {
      Events now{FD_ISSET(fd, &reads) != 0, FD_ISSET(fd, &writes) != 0};
      if (!now.read && !now.write) continue;
      now.closed = any_closed && ::fcntl(fd, F_GETFD) < 0;
      if (now.closed || !any_closed) ready_.push_back({fd, now});
    }
    return ready_;
  }

 private:
  bool is_watched(int fd) const {
    return FD_ISSET(fd, &reads_) || FD_ISSET(fd, &writes_);
  }

  fd_set reads_{};
  fd_set writes_{};
  int end_ = 0;  // one more than the largest descriptor
  std::vector<Ready> ready_;
};

}  // namespace

std::unique_ptr<Poller> make_select_poller() {
  return std::make_unique<SelectPoller>();
}

}  // namespace reactor
