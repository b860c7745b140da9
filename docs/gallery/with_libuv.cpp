// Gets all poems at once, with libuv:  with_libuv PORT...

#include <uv.h>

#include <cstdio>
#include <cstdlib>
#include <vector>

namespace {

char buffer[4096];
long total = 0;

struct Poem {
  uv_tcp_t tcp;
  uv_connect_t request;
};

void on_buffer(uv_handle_t*, size_t, uv_buf_t* chosen) {
  *chosen = uv_buf_init(buffer, sizeof buffer);
}

void on_read(uv_stream_t* stream, ssize_t n, const uv_buf_t*) {
  if (n > 0) total += n;
  if (n < 0) uv_close(reinterpret_cast<uv_handle_t*>(stream), nullptr);
}

void on_connected(uv_connect_t* request, int status) {
  if (status == 0) uv_read_start(request->handle, on_buffer, on_read);
}

}  // namespace

int main(int argc, char** argv) {
  uv_loop_t* loop = uv_default_loop();
  std::vector<Poem> poems(static_cast<size_t>(argc - 1));
  for (Poem& poem : poems) {
    sockaddr_in address;
    uv_ip4_addr("127.0.0.1", std::atoi(*++argv), &address);
    uv_tcp_init(loop, &poem.tcp);
    uv_tcp_connect(&poem.request, &poem.tcp,
                   reinterpret_cast<const sockaddr*>(&address), on_connected);
  }
  uv_run(loop, UV_RUN_DEFAULT);
  std::printf("Got %zu poems, %ld bytes.\n", poems.size(), total);
}
