// Makes a loop of libevent and ends it.
#include <event2/event.h>

int main() {
  event_base* base = event_base_new();
  event_base_loop(base, EVLOOP_NONBLOCK);
  event_base_free(base);
}
