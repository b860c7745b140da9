// Ping-pong on libuv. It sends with uv_try_write(), the faster one of the two
// ways that libuv has.
#include "common/pingpong.h"

#include <array>
#include <vector>

#include "libuv/check.h"

namespace {

constexpr unsigned at_once = 1024;

struct Connection {
  uv_tcp_t tcp;
  uv_connect_t connecting;
  uv_write_t writing;
  std::array<char, at_once> buffer;
  std::size_t received = 0;
  long answers = 0;
};

uv_stream_t* stream_of(uv_tcp_t& tcp) {
  return reinterpret_cast<uv_stream_t*>(&tcp);
}

void on_buffer(uv_handle_t* handle, std::size_t, uv_buf_t* chosen) {
  auto& connection = *static_cast<Connection*>(handle->data);
  *chosen = uv_buf_init(connection.buffer.data(), at_once);
}

void on_written(uv_write_t*, int status) {
  bench::check(status, "write");
}

void send(Connection& connection, const char* data, std::size_t size) {
  const uv_buf_t buffer =
      uv_buf_init(const_cast<char*>(data), static_cast<unsigned>(size));
  uv_stream_t* stream = stream_of(connection.tcp);
  if (uv_try_write(stream, &buffer, 1) == static_cast<int>(size)) return;
  uv_write(&connection.writing, stream, &buffer, 1, on_written);
}

// --- The server --------------------------------------------------------------

void on_closed(uv_handle_t* handle) {
  delete static_cast<Connection*>(handle->data);
}

void echo(uv_stream_t* stream, ssize_t got, const uv_buf_t* chosen) {
  auto& server = *static_cast<bench::PongServer*>(stream->loop->data);
  if (got > 0) {
    const auto size = static_cast<std::size_t>(got);
    server.echoed(size);
    send(*static_cast<Connection*>(stream->data), chosen->base, size);
  } else if (got < 0) {
    uv_close(reinterpret_cast<uv_handle_t*>(stream), on_closed);
    if (server.gone()) uv_stop(stream->loop);
  }
}

void on_accept(uv_stream_t* listener, int) {
  auto* connection = new Connection;
  uv_tcp_init(listener->loop, &connection->tcp);
  connection->tcp.data = connection;
  bench::check(uv_accept(listener, stream_of(connection->tcp)), "accept");
  uv_read_start(stream_of(connection->tcp), on_buffer, echo);
}

int serve(bench::PongServer& server) {
  uv_loop_t* loop = uv_default_loop();
  loop->data = &server;
  int port = 0;
  uv_tcp_t listener;
  uv_tcp_init(loop, &listener);
  uv_tcp_open(&listener, bench::listen(port));
  bench::check(uv_listen(stream_of(listener), 4096, on_accept), "listen");
  server.serving(port);
  uv_run(loop, UV_RUN_DEFAULT);
  return server.report();
}

// --- The client --------------------------------------------------------------

struct Game {
  bench::PingClient& client;
  std::vector<Connection> connections;
};

Game& game_of(uv_loop_t* loop) {
  return *static_cast<Game*>(loop->data);
}

void on_answer(uv_stream_t* stream, ssize_t got, const uv_buf_t*) {
  bench::check(got, "read");
  auto& connection = *static_cast<Connection*>(stream->data);
  connection.received += static_cast<std::size_t>(got);
  if (connection.received < bench::ping_size) return;
  connection.received = 0;
  bench::PingClient& client = game_of(stream->loop).client;
  if (client.again(++connection.answers)) {
    send(connection, client.message().data(), bench::ping_size);
  } else {
    uv_close(reinterpret_cast<uv_handle_t*>(stream), nullptr);
    if (client.over()) uv_stop(stream->loop);
  }
}

void on_connected(uv_connect_t* request, int status) {
  bench::check(status, "connect");
  uv_read_start(request->handle, on_buffer, on_answer);
  Game& game = game_of(request->handle->loop);
  if (!game.client.connected()) return;
  for (Connection& connection : game.connections) {
    send(connection, game.client.message().data(), bench::ping_size);
  }
}

int ask(bench::PingClient& client) {
  uv_loop_t* loop = uv_default_loop();
  Game game{client, std::vector<Connection>(client.size())};
  loop->data = &game;
  const sockaddr_in server = bench::address(client.host(), client.port());
  for (Connection& connection : game.connections) {
    uv_tcp_init(loop, &connection.tcp);
    connection.tcp.data = &connection;
    bench::check(uv_tcp_connect(&connection.connecting, &connection.tcp,
                                bench::generic(server), on_connected),
                 "uv_tcp_connect");
  }
  uv_run(loop, UV_RUN_DEFAULT);
  return client.report();
}

}  // namespace

int main(int argc, char** argv) {
  return bench::pingpong(argc, argv, serve, ask);
}
