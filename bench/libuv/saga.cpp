// The sagas on libuv, with one buffer for all.
#include "common/saga.h"

#include <array>
#include <vector>

#include "libuv/check.h"

namespace {

struct Connection {
  uv_tcp_t tcp;
  uv_connect_t request;
  std::string poem;
};

std::array<char, 65536> buffer;

void on_buffer(uv_handle_t*, std::size_t, uv_buf_t* chosen) {
  *chosen = uv_buf_init(buffer.data(), buffer.size());
}

void on_read(uv_stream_t* stream, ssize_t got, const uv_buf_t* chosen) {
  auto& saga = *static_cast<bench::Saga*>(stream->loop->data);
  if (got == UV_EOF) {
    uv_close(reinterpret_cast<uv_handle_t*>(stream), nullptr);
    if (saga.done()) uv_stop(stream->loop);
    return;
  }
  bench::check(got, "read");
  if (got == 0) return;
  const auto size = static_cast<std::size_t>(got);
  saga.got(size);
  auto& connection = *static_cast<Connection*>(stream->data);
  if (saga.keep()) connection.poem.append(chosen->base, size);
}

void on_connected(uv_connect_t* request, int status) {
  bench::check(status, "connect");
  uv_read_start(request->handle, on_buffer, on_read);
}

}  // namespace

int main(int argc, char** argv) {
  bench::Saga saga(argc, argv);
  uv_loop_t* loop = uv_default_loop();
  loop->data = &saga;
  saga.start();
  std::vector<Connection> connections(saga.ports().size());
  for (std::size_t i = 0; i < connections.size(); ++i) {
    Connection& connection = connections[i];
    const sockaddr_in server = bench::address(saga.host(), saga.ports()[i]);
    uv_tcp_init(loop, &connection.tcp);
    connection.tcp.data = &connection;
    bench::check(uv_tcp_connect(&connection.request, &connection.tcp,
                                bench::generic(server), on_connected),
                 "uv_tcp_connect");
  }
  uv_run(loop, UV_RUN_DEFAULT);
  if (saga.keep()) {
    for (const Connection& connection : connections) {
      saga.check(connection.poem);
    }
  }
  return saga.report();
}
