// Sends one saga as fast as it can: `saga_server BYTES`.
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "common/saga.h"

int main(int argc, char** argv) {
  if (argc != 2) bench::usage("saga_server BYTES");
  constexpr std::size_t block = 256 * 1024;
  const auto size =
      static_cast<std::size_t>(bench::number(argv[1], 0, 100'000'000'000));
  const std::string text = bench::saga_text(bench::saga_period + block);
  int port = 0;
  const int listener = bench::listen(port);
  ::fcntl(listener, F_SETFL, 0);
  bench::announce(port);

  const int fd = ::accept(listener, nullptr, nullptr);
  if (fd < 0) bench::fail_last("accept");
  for (std::size_t sent = 0; sent < size;) {
    const char* rest = text.data() + sent % bench::saga_period;
    const ssize_t count =
        ::send(fd, rest, std::min(block, size - sent), MSG_NOSIGNAL);
    if (count < 0) bench::fail_last("send");
    sent += static_cast<std::size_t>(count);
  }
  ::close(fd);
  std::printf("saga_server bytes=%zu cpu_s=%.6f\n", size, bench::cpu_seconds());
}
