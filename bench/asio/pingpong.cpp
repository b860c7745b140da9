// Ping-pong on Asio.
#include "common/pingpong.h"

#include <array>
#include <asio.hpp>
#include <deque>
#include <memory>
#include <utility>

namespace {

using asio::ip::tcp;

void check(std::error_code error) {
  if (error) bench::fail(error.message());
}

// --- The server --------------------------------------------------------------

class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(bench::PongServer& server,
          asio::io_context& context,
          tcp::socket socket)
      : server_(server),
        context_(context),
        socket_(std::move(socket)) {}

  void read() {
    const auto done = [self = shared_from_this()](std::error_code error,
                                                  std::size_t size) {
      error ? self->end() : self->echo(size);
    };
    socket_.async_read_some(asio::buffer(buffer_), done);
  }

 private:
  void echo(std::size_t size) {
    server_.echoed(size);
    const auto done = [self = shared_from_this()](std::error_code error,
                                                  std::size_t) {
      check(error);
      self->read();
    };
    asio::async_write(socket_, asio::buffer(buffer_, size), done);
  }

  void end() {
    socket_.close();
    if (server_.gone()) context_.stop();
  }

  bench::PongServer& server_;
  asio::io_context& context_;
  tcp::socket socket_;
  std::array<char, 1024> buffer_;
};

void accept(bench::PongServer& server,
            asio::io_context& context,
            tcp::acceptor& acceptor) {
  acceptor.async_accept([&](std::error_code error, tcp::socket socket) {
    check(error);
    std::make_shared<Session>(server, context, std::move(socket))->read();
    accept(server, context, acceptor);
  });
}

int serve(bench::PongServer& server) {
  asio::io_context context(1);
  tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"), 0});
  server.serving(acceptor.local_endpoint().port());
  accept(server, context, acceptor);
  context.run();
  return server.report();
}

// --- The client --------------------------------------------------------------

class Connection {
 public:
  Connection(bench::PingClient& client, asio::io_context& context)
      : client_(client),
        context_(context),
        socket_(context) {}

  tcp::socket& socket() { return socket_; }

  void ping() {
    const auto message = client_.message();
    const auto done = [this](std::error_code error, std::size_t) {
      check(error);
      read();
    };
    asio::async_write(socket_, asio::buffer(message), done);
  }

 private:
  void read() {
    const auto done = [this](std::error_code error, std::size_t) {
      check(error);
      if (client_.again(++answers_)) return ping();
      socket_.close();
      if (client_.over()) context_.stop();
    };
    asio::async_read(socket_, asio::buffer(buffer_), done);
  }

  bench::PingClient& client_;
  asio::io_context& context_;
  tcp::socket socket_;
  std::array<char, bench::ping_size> buffer_;
  long answers_ = 0;
};

int ask(bench::PingClient& client) {
  const tcp::endpoint server(asio::ip::make_address(client.host()),
                             static_cast<std::uint16_t>(client.port()));
  asio::io_context context(1);
  std::deque<Connection> connections;
  const auto connected = [&](std::error_code error) {
    check(error);
    if (!client.connected()) return;
    for (Connection& connection : connections) connection.ping();
  };
  for (std::size_t i = 0; i < client.size(); ++i) {
    connections.emplace_back(client, context)
        .socket()
        .async_connect(server, connected);
  }
  context.run();
  return client.report();
}

}  // namespace

int main(int argc, char** argv) {
  return bench::pingpong(argc, argv, serve, ask);
}
