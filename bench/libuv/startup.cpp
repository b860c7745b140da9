// Makes a loop of libuv and ends it.
#include <uv.h>

int main() {
  uv_loop_t* loop = uv_default_loop();
  uv_run(loop, UV_RUN_NOWAIT);
  uv_loop_close(loop);
}
