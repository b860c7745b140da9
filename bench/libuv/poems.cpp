// The poems on libuv, with one buffer for all.
#include "common/poems.h"

#include <array>
#include <vector>

#include "libuv/check.h"

namespace {

struct Connection {
  uv_tcp_t tcp;
  uv_connect_t request;
  long reads = 0;
  std::string poem;
};

std::array<char, 65536> buffer;

void on_buffer(uv_handle_t*, std::size_t, uv_buf_t* chosen) {
  *chosen = uv_buf_init(buffer.data(), buffer.size());
}

void on_read(uv_stream_t* stream, ssize_t got, const uv_buf_t* chosen) {
  auto& connection = *static_cast<Connection*>(stream->data);
  if (got == UV_EOF) {
    uv_close(reinterpret_cast<uv_handle_t*>(stream), nullptr);
    auto& poems = *static_cast<bench::Poems*>(stream->loop->data);
    if (poems.done(connection.poem, connection.reads)) uv_stop(stream->loop);
    return;
  }
  bench::check(got, "read");
  if (got == 0) return;
  connection.poem.append(chosen->base, static_cast<std::size_t>(got));
  ++connection.reads;
}

void on_connected(uv_connect_t* request, int status) {
  bench::check(status, "connect");
  uv_read_start(request->handle, on_buffer, on_read);
}

}  // namespace

int main(int argc, char** argv) {
  bench::Poems poems(argc, argv);
  const sockaddr_in server = bench::address(poems.host(), poems.port());
  uv_loop_t* loop = uv_default_loop();
  loop->data = &poems;
  poems.start();
  std::vector<Connection> connections(poems.size());
  for (Connection& connection : connections) {
    uv_tcp_init(loop, &connection.tcp);
    connection.tcp.data = &connection;
    bench::check(uv_tcp_connect(&connection.request, &connection.tcp,
                                bench::generic(server), on_connected),
                 "uv_tcp_connect");
  }
  uv_run(loop, UV_RUN_DEFAULT);
  return poems.report();
}
