// The sagas, with epoll and one buffer for all.
#include "common/saga.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "raw/epoll.h"

namespace {

struct Connection {
  int fd = -1;
  std::string poem;
};

std::array<char, 65536> buffer;

// Returns false when the saga has ended.
bool receive(bench::Saga& saga, Connection& connection) {
  const ssize_t got = ::recv(connection.fd, buffer.data(), buffer.size(), 0);
  if (got < 0) {
    if (errno == EAGAIN) return true;
    bench::fail_last("recv");
  }
  if (got == 0) return false;
  const auto size = static_cast<std::size_t>(got);
  saga.got(size);
  if (saga.keep()) connection.poem.append(buffer.data(), size);
  return true;
}

void run(bench::Saga& saga, bench::Epoll& epoll) {
  for (;;) {
    for (const epoll_event& event : epoll.wait()) {
      auto& connection = *static_cast<Connection*>(event.data.ptr);
      if (receive(saga, connection)) continue;
      ::close(connection.fd);
      if (saga.done()) return;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  bench::Saga saga(argc, argv);
  bench::Epoll epoll;
  saga.start();
  std::vector<Connection> connections(saga.ports().size());
  for (std::size_t i = 0; i < connections.size(); ++i) {
    Connection& connection = connections[i];
    connection.fd =
        bench::start_connect(bench::address(saga.host(), saga.ports()[i]));
    epoll.watch(connection.fd, {.ptr = &connection});
  }
  run(saga, epoll);
  if (saga.keep()) {
    for (const Connection& connection : connections) {
      saga.check(connection.poem);
    }
  }
  return saga.report();
}
