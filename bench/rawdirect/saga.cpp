// The sagas, with epoll: a kept saga is received where it stays.
//
// That place grows by realloc(3), which at these sizes moves pages, not bytes.
#include "common/saga.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <vector>

#include "raw/epoll.h"

namespace {

constexpr std::size_t at_once = 256 * 1024;

struct Connection {
  int fd = -1;
  char* poem = nullptr;  // for as long as the program runs
  std::size_t size = 0;
  std::size_t room = 0;
};

void make_room(Connection& connection) {
  if (connection.room - connection.size >= at_once) return;
  connection.room = connection.room == 0 ? 2 * at_once : 2 * connection.room;
  void* moved = std::realloc(connection.poem, connection.room);
  if (!moved) bench::fail_last("realloc");
  connection.poem = static_cast<char*>(moved);
}

// Returns false when the saga has ended.
bool receive(bench::Saga& saga, Connection& connection) {
  make_room(connection);
  const ssize_t got =
      ::recv(connection.fd, connection.poem + connection.size, at_once, 0);
  if (got < 0) {
    if (errno == EAGAIN) return true;
    bench::fail_last("recv");
  }
  if (got == 0) return false;
  const auto size = static_cast<std::size_t>(got);
  saga.got(size);
  if (saga.keep()) connection.size += size;
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
      saga.check({connection.poem, connection.size});
    }
  }
  return saga.report();
}
