// The poems, with epoll and one buffer for all.
#include "common/poems.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "raw/epoll.h"

namespace {

struct Connection {
  int fd = -1;
  long reads = 0;
  std::string poem;
};

std::array<char, 65536> buffer;

// Returns false when the poem has ended.
bool receive(Connection& connection) {
  const ssize_t got = ::recv(connection.fd, buffer.data(), buffer.size(), 0);
  if (got < 0) {
    if (errno == EAGAIN) return true;
    bench::fail_last("recv");
  }
  if (got == 0) return false;
  connection.poem.append(buffer.data(), static_cast<std::size_t>(got));
  ++connection.reads;
  return true;
}

void run(bench::Poems& poems, bench::Epoll& epoll) {
  for (;;) {
    for (const epoll_event& event : epoll.wait()) {
      auto& connection = *static_cast<Connection*>(event.data.ptr);
      if (receive(connection)) continue;
      ::close(connection.fd);
      if (poems.done(connection.poem, connection.reads)) return;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  bench::Poems poems(argc, argv);
  const sockaddr_in server = bench::address(poems.host(), poems.port());
  bench::Epoll epoll;
  poems.start();
  std::vector<Connection> connections(poems.size());
  for (Connection& connection : connections) {
    connection.fd = bench::start_connect(server);
    epoll.watch(connection.fd, {.ptr = &connection});
  }
  run(poems, epoll);
  return poems.report();
}
