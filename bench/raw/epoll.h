// epoll(7) for a loop: watch a descriptor, and get those that are ready.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <span>

#include "common/bench.h"

namespace bench {

class Epoll {
 public:
  Epoll()
      : fd_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (fd_ < 0) fail_last("epoll_create1");
  }

  // Until `fd` is closed.
  void watch(int fd, epoll_data data) {
    epoll_event event{EPOLLIN, data};
    if (::epoll_ctl(fd_, EPOLL_CTL_ADD, fd, &event) < 0) fail_last("epoll_ctl");
  }

  std::span<const epoll_event> wait() {
    const int count =
        ::epoll_wait(fd_, events_.data(), static_cast<int>(events_.size()), -1);
    if (count < 0) fail_last("epoll_wait");
    return {events_.data(), static_cast<std::size_t>(count)};
  }

 private:
  int fd_;
  std::array<epoll_event, 256> events_;
};

}  // namespace bench
