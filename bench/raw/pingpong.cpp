// Ping-pong, with epoll and nothing else.
#include "common/pingpong.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "raw/epoll.h"

namespace {

std::array<char, 65536> buffer;

// The bytes received into the buffer; 0 at the end, -1 if it would block.
ssize_t receive(int fd) {
  const ssize_t got = ::recv(fd, buffer.data(), buffer.size(), 0);
  if (got < 0 && errno != EAGAIN) bench::fail_last("recv");
  return got;
}

void send(int fd, const char* data, std::size_t size) {
  const ssize_t sent = ::send(fd, data, size, MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(size)) bench::fail_last("send");
}

// --- The server --------------------------------------------------------------

void accept_all(int listener, bench::Epoll& epoll) {
  for (;;) {
    const int fd =
        ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    epoll.watch(fd, {.fd = fd});
  }
}

// Returns false after the last connection.
bool echo(bench::PongServer& server, int fd) {
  const ssize_t got = receive(fd);
  if (got > 0) {
    const auto size = static_cast<std::size_t>(got);
    send(fd, buffer.data(), size);
    server.echoed(size);
  } else if (got == 0) {
    ::close(fd);
    return !server.gone();
  }
  return true;
}

int serve(bench::PongServer& server) {
  int port = 0;
  const int listener = bench::listen(port);
  bench::Epoll epoll;
  epoll.watch(listener, {.fd = listener});
  server.serving(port);
  for (;;) {
    for (const epoll_event& event : epoll.wait()) {
      if (event.data.fd == listener) {
        accept_all(listener, epoll);
      } else if (!echo(server, event.data.fd)) {
        return server.report();
      }
    }
  }
}

// --- The client --------------------------------------------------------------

struct Connection {
  int fd = -1;
  std::size_t received = 0;
  long answers = 0;
};

void play(bench::PingClient& client, Connection& connection) {
  const ssize_t got = receive(connection.fd);
  if (got < 0) return;
  if (got == 0) bench::fail("the server has closed a connection");
  connection.received += static_cast<std::size_t>(got);
  if (connection.received < bench::ping_size) return;
  connection.received = 0;
  if (client.again(++connection.answers)) {
    send(connection.fd, client.message().data(), bench::ping_size);
  } else {
    ::close(connection.fd);
  }
}

int ask(bench::PingClient& client) {
  bench::Epoll epoll;
  const sockaddr_in server = bench::address(client.host(), client.port());
  std::vector<Connection> connections(client.size());
  for (Connection& connection : connections) {
    connection.fd = bench::connect(server);
    epoll.watch(connection.fd, {.ptr = &connection});
    client.connected();
  }
  for (const Connection& connection : connections) {
    send(connection.fd, client.message().data(), bench::ping_size);
  }
  while (!client.over()) {
    for (const epoll_event& event : epoll.wait()) {
      play(client, *static_cast<Connection*>(event.data.ptr));
    }
  }
  return client.report();
}

}  // namespace

int main(int argc, char** argv) {
  return bench::pingpong(argc, argv, serve, ask);
}
