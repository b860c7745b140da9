// The poems on libevent, with bufferevents.
#include "common/poems.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include <vector>

namespace {

bench::Poems* poems;
event_base* base;

struct Connection {
  long reads = 0;
  std::string poem;
};

void on_readable(bufferevent* stream, void* argument) {
  auto& connection = *static_cast<Connection*>(argument);
  evbuffer* input = bufferevent_get_input(stream);
  const std::size_t before = connection.poem.size();
  const std::size_t size = evbuffer_get_length(input);
  connection.poem.resize(before + size);
  evbuffer_remove(input, connection.poem.data() + before, size);
  ++connection.reads;
}

void on_event(bufferevent* stream, short what, void* argument) {
  if (what & BEV_EVENT_CONNECTED) return;
  if (!(what & BEV_EVENT_EOF)) bench::fail_last("bufferevent");
  bufferevent_free(stream);
  const auto& connection = *static_cast<Connection*>(argument);
  if (poems->done(connection.poem, connection.reads)) {
    event_base_loopbreak(base);
  }
}

}  // namespace

int main(int argc, char** argv) {
  bench::Poems the_poems(argc, argv);
  poems = &the_poems;
  sockaddr_in server = bench::address(poems->host(), poems->port());
  base = event_base_new();
  poems->start();
  std::vector<Connection> connections(poems->size());
  for (Connection& connection : connections) {
    bufferevent* stream =
        bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    bufferevent_setcb(stream, on_readable, nullptr, on_event, &connection);
    bufferevent_enable(stream, EV_READ);
    auto* address = reinterpret_cast<sockaddr*>(&server);
    if (bufferevent_socket_connect(stream, address, sizeof server) < 0) {
      bench::fail_last("bufferevent_socket_connect");
    }
  }
  event_base_dispatch(base);
  return poems->report();
}
