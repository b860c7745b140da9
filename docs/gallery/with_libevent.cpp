// Gets all poems at once, with libevent:  with_libevent PORT...

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <netinet/in.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace {

std::size_t total = 0;

void on_bytes(bufferevent* stream, void*) {
  evbuffer* const input = bufferevent_get_input(stream);
  total += evbuffer_get_length(input);
  evbuffer_drain(input, evbuffer_get_length(input));
}

void on_event(bufferevent* stream, short what, void*) {
  if (what & (BEV_EVENT_EOF | BEV_EVENT_ERROR)) bufferevent_free(stream);
}

}  // namespace

int main(int argc, char** argv) {
  event_base* const base = event_base_new();
  for (int i = 1; i < argc; ++i) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[i])));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bufferevent* const stream =
        bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    bufferevent_setcb(stream, on_bytes, nullptr, on_event, nullptr);
    bufferevent_enable(stream, EV_READ);
    bufferevent_socket_connect(stream, reinterpret_cast<sockaddr*>(&address),
                               sizeof address);
  }
  event_base_dispatch(base);
  event_base_free(base);
  std::printf("Got %d poems, %zu bytes.\n", argc - 1, total);
}
