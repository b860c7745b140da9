// Makes a loop of libev and ends it.
#include <ev.h>

int main() {
  struct ev_loop* loop = ev_default_loop(0);
  ev_run(loop, EVRUN_NOWAIT);
  ev_loop_destroy(loop);
}
