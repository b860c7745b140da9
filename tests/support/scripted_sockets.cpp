#include "support/scripted_sockets.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace rig {

Sends sends;
Receives receives;
int bad_closes = 0;

}  // namespace rig

using rig::receives;
using rig::sends;

extern "C" int close(int fd) {
  const auto result = static_cast<int>(::syscall(SYS_close, fd));
  if (result < 0) ++rig::bad_closes;
  return result;
}

extern "C" ssize_t send(int fd, const void* data, size_t size, int flags) {
  if (size == 0) ++sends.empty;
  if (fd == sends.fd) {
    ++sends.calls;
    if (!sends.script.empty()) {
      const int next = sends.script.front();
      sends.script.pop_front();
      if (next < 0) return errno = -next, -1;
      size = std::min(size, static_cast<size_t>(next));
    }
  }
  return ::sendto(fd, data, size, flags, nullptr, 0);
}

extern "C" ssize_t recv(int fd, void* data, size_t size, int flags) {
  if (fd == receives.fd) {
    ++receives.calls;
    size = 1;
  }
  return ::recvfrom(fd, data, size, flags, nullptr, nullptr);
}
