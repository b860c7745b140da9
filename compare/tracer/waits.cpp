// The calls that wait for any of several descriptors.

#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "compare/tracer/descriptors.h"
#include "compare/tracer/next.h"
#include "compare/tracer/notebook.h"

namespace tracer {
namespace {

// Waits of a program that has had no TCP socket are not recorded.
template <typename Real>
int wait(Call call, Real real) {
  if (!is_tracing() || !any_socket()) return real();
  Record record = about(call, -1);
  const int n = timed(record, real);

  const KeepErrno keep;
  note(record);
  return n;
}

using Poll = int(pollfd*, nfds_t, int);
using Ppoll = int(pollfd*, nfds_t, const timespec*, const sigset_t*);
using PollChk = int(pollfd*, nfds_t, int, size_t);
using PpollChk = int(pollfd*, nfds_t, const timespec*, const sigset_t*, size_t);
using Wait = int(int, epoll_event*, int, int);
using Pwait = int(int, epoll_event*, int, int, const sigset_t*);
using Pwait2 = int(int, epoll_event*, int, const timespec*, const sigset_t*);

constinit Next<decltype(::select)> next_select{"select"};
constinit Next<decltype(::pselect)> next_pselect{"pselect"};
constinit Next<Poll> next_poll{"poll"};
constinit Next<Ppoll> next_ppoll{"ppoll"};
constinit Next<PollChk> next_poll_chk{"__poll_chk"};
constinit Next<PpollChk> next_ppoll_chk{"__ppoll_chk"};
constinit Next<Wait> next_epoll_wait{"epoll_wait"};
constinit Next<Pwait> next_epoll_pwait{"epoll_pwait"};
constinit Next<Pwait2> next_epoll_pwait2{"epoll_pwait2"};

}  // namespace
}  // namespace tracer

using tracer::Call;
using tracer::wait;

INTERPOSED int select(
    int end, fd_set* readers, fd_set* writers, fd_set* others, timeval* time) {
  return wait(Call::select, [=] {
    return tracer::next_select(end, readers, writers, others, time);
  });
}

INTERPOSED int pselect(int end,
                       fd_set* readers,
                       fd_set* writers,
                       fd_set* others,
                       const timespec* time,
                       const sigset_t* mask) {
  return wait(Call::pselect, [=] {
    return tracer::next_pselect(end, readers, writers, others, time, mask);
  });
}

INTERPOSED int poll(pollfd* fds, nfds_t count, int time) {
  return wait(Call::poll, [=] { return tracer::next_poll(fds, count, time); });
}

INTERPOSED int ppoll(pollfd* fds,
                     nfds_t count,
                     const timespec* time,
                     const sigset_t* mask) {
  return wait(Call::ppoll,
              [=] { return tracer::next_ppoll(fds, count, time, mask); });
}

INTERPOSED int __poll_chk(pollfd* fds, nfds_t count, int time, size_t room) {
  return wait(Call::poll,
              [=] { return tracer::next_poll_chk(fds, count, time, room); });
}

INTERPOSED int __ppoll_chk(pollfd* fds,
                           nfds_t count,
                           const timespec* time,
                           const sigset_t* mask,
                           size_t room) {
  return wait(Call::ppoll, [=] {
    return tracer::next_ppoll_chk(fds, count, time, mask, room);
  });
}

INTERPOSED int epoll_wait(int fd, epoll_event* events, int most, int time) {
  return wait(Call::epoll_wait,
              [=] { return tracer::next_epoll_wait(fd, events, most, time); });
}

INTERPOSED int epoll_pwait(
    int fd, epoll_event* events, int most, int time, const sigset_t* mask) {
  return wait(Call::epoll_pwait, [=] {
    return tracer::next_epoll_pwait(fd, events, most, time, mask);
  });
}

INTERPOSED int epoll_pwait2(int fd,
                            epoll_event* events,
                            int most,
                            const timespec* time,
                            const sigset_t* mask) {
  return wait(Call::epoll_pwait2, [=] {
    return tracer::next_epoll_pwait2(fd, events, most, time, mask);
  });
}
