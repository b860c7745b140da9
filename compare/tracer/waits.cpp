// The calls that wait for any of several descriptors.

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include <algorithm>

#include "compare/tracer/descriptors.h"
#include "compare/tracer/interest.h"
#include "compare/tracer/next.h"
#include "compare/tracer/notebook.h"

namespace tracer {
namespace {

// Waits of a program that has had no TCP socket are not recorded. `describe`
// adds the sockets of the wait to a set, after the call; unless the call found
// that its arguments are not valid.
template <typename Real, typename Describe>
int wait(const CallFrom& from, Real real, Describe describe) {
  if (!is_tracing() || !any_socket()) return real();
  Record record = about(from, -1);
  const int n = timed(record, real);

  const KeepErrno keep;
  if (n >= 0 || record.error == EINTR) {
    WaitSet set;
    describe(set);
    set.describe(record);
  }
  note(record);
  return n;
}

// A copy of what select() waits for: select() changes its arguments.
class Selected {
 public:
  Selected(int end, const fd_set* readers, const fd_set* writers)
      : end_(std::clamp(end, 0, FD_SETSIZE)) {
    if (!is_tracing() || !any_socket()) return;
    if (readers) add(*readers);
    if (writers) add(*writers);
  }

  void operator()(WaitSet& set) const {
    for (int fd = 0; fd < end_; ++fd) {
      if (FD_ISSET(fd, &fds_)) set.add(fd);
    }
  }

 private:
  void add(const fd_set& fds) {
    const int words = (end_ + NFDBITS - 1) / NFDBITS;
    for (int i = 0; i < words; ++i) fds_.fds_bits[i] |= fds.fds_bits[i];
  }

  int end_;
  fd_set fds_{};
};

auto polled(const pollfd* fds, nfds_t count) {
  return [=](WaitSet& set) {
    for (nfds_t i = 0; i < count; ++i) {
      if (fds[i].fd >= 0 && fds[i].events != 0) set.add(fds[i].fd);
    }
  };
}

auto watched(int epoll) {
  return [=](WaitSet& set) { set.add_epoll(epoll); };
}

using Poll = int(pollfd*, nfds_t, int);
using Ppoll = int(pollfd*, nfds_t, const timespec*, const sigset_t*);
using PollChk = int(pollfd*, nfds_t, int, size_t);
using PpollChk = int(pollfd*, nfds_t, const timespec*, const sigset_t*, size_t);
using Wait = int(int, epoll_event*, int, int);
using Pwait = int(int, epoll_event*, int, int, const sigset_t*);
using Pwait2 = int(int, epoll_event*, int, const timespec*, const sigset_t*);

using Control = int(int, int, int, epoll_event*);

constinit Next<decltype(::select)> next_select{"select"};
constinit Next<decltype(::pselect)> next_pselect{"pselect"};
constinit Next<Poll> next_poll{"poll"};
constinit Next<Ppoll> next_ppoll{"ppoll"};
constinit Next<PollChk> next_poll_chk{"__poll_chk"};
constinit Next<PpollChk> next_ppoll_chk{"__ppoll_chk"};
constinit Next<Control> next_epoll_ctl{"epoll_ctl"};
constinit Next<Wait> next_epoll_wait{"epoll_wait"};
constinit Next<Pwait> next_epoll_pwait{"epoll_pwait"};
constinit Next<Pwait2> next_epoll_pwait2{"epoll_pwait2"};

}  // namespace
}  // namespace tracer

using tracer::KeepErrno;
using tracer::wait;

INTERPOSED int select(
    int end, fd_set* readers, fd_set* writers, fd_set* others, timeval* time) {
  const tracer::Selected selected(end, readers, writers);
  return wait(
      CALLED(select),
      [=] { return tracer::next_select(end, readers, writers, others, time); },
      selected);
}

INTERPOSED int pselect(int end,
                       fd_set* readers,
                       fd_set* writers,
                       fd_set* others,
                       const timespec* time,
                       const sigset_t* mask) {
  const tracer::Selected selected(end, readers, writers);
  return wait(
      CALLED(pselect),
      [=] {
        return tracer::next_pselect(end, readers, writers, others, time, mask);
      },
      selected);
}

INTERPOSED int poll(pollfd* fds, nfds_t count, int time) {
  return wait(
      CALLED(poll), [=] { return tracer::next_poll(fds, count, time); },
      tracer::polled(fds, count));
}

INTERPOSED int ppoll(pollfd* fds,
                     nfds_t count,
                     const timespec* time,
                     const sigset_t* mask) {
  return wait(
      CALLED(ppoll), [=] { return tracer::next_ppoll(fds, count, time, mask); },
      tracer::polled(fds, count));
}

INTERPOSED int __poll_chk(pollfd* fds, nfds_t count, int time, size_t room) {
  return wait(
      CALLED(poll),
      [=] { return tracer::next_poll_chk(fds, count, time, room); },
      tracer::polled(fds, count));
}

INTERPOSED int __ppoll_chk(pollfd* fds,
                           nfds_t count,
                           const timespec* time,
                           const sigset_t* mask,
                           size_t room) {
  return wait(
      CALLED(ppoll),
      [=] { return tracer::next_ppoll_chk(fds, count, time, mask, room); },
      tracer::polled(fds, count));
}

INTERPOSED int epoll_wait(int fd, epoll_event* events, int most, int time) {
  return wait(
      CALLED(epoll_wait),
      [=] { return tracer::next_epoll_wait(fd, events, most, time); },
      tracer::watched(fd));
}

INTERPOSED int epoll_pwait(
    int fd, epoll_event* events, int most, int time, const sigset_t* mask) {
  return wait(
      CALLED(epoll_pwait),
      [=] { return tracer::next_epoll_pwait(fd, events, most, time, mask); },
      tracer::watched(fd));
}

INTERPOSED int epoll_pwait2(int fd,
                            epoll_event* events,
                            int most,
                            const timespec* time,
                            const sigset_t* mask) {
  return wait(
      CALLED(epoll_pwait2),
      [=] { return tracer::next_epoll_pwait2(fd, events, most, time, mask); },
      tracer::watched(fd));
}

// epoll_ctl() is not recorded; it says what later waits are for.
INTERPOSED int epoll_ctl(int epoll,
                         int what,
                         int fd,
                         epoll_event* event) noexcept {
  const int result = tracer::next_epoll_ctl(epoll, what, fd, event);
  if (result != 0 || !tracer::is_tracing() || tracer::is_guest()) return result;
  const KeepErrno keep;
  tracer::set_interest(epoll, fd, what == EPOLL_CTL_DEL ? 0 : event->events);
  return result;
}
