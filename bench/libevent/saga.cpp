// The sagas on libevent, with bufferevents.
#include "common/saga.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

#include <vector>

namespace {

bench::Saga* saga;
event_base* base;

void on_readable(bufferevent* stream, void* argument) {
  auto& poem = *static_cast<std::string*>(argument);
  evbuffer* input = bufferevent_get_input(stream);
  const std::size_t size = evbuffer_get_length(input);
  saga->got(size);
  if (saga->keep()) {
    const std::size_t before = poem.size();
    poem.resize(before + size);
    evbuffer_remove(input, poem.data() + before, size);
  } else {
    evbuffer_drain(input, size);
  }
}

void on_event(bufferevent* stream, short what, void*) {
  if (what & BEV_EVENT_CONNECTED) return;
  if (!(what & BEV_EVENT_EOF)) bench::fail_last("bufferevent");
  bufferevent_free(stream);
  if (saga->done()) event_base_loopbreak(base);
}

void connect(int port, std::string& poem) {
  sockaddr_in server = bench::address(saga->host(), port);
  bufferevent* stream = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
  bufferevent_set_max_single_read(stream, 65536);
  bufferevent_setcb(stream, on_readable, nullptr, on_event, &poem);
  bufferevent_enable(stream, EV_READ);
  auto* address = reinterpret_cast<sockaddr*>(&server);
  if (bufferevent_socket_connect(stream, address, sizeof server) < 0) {
    bench::fail_last("bufferevent_socket_connect");
  }
}

}  // namespace

int main(int argc, char** argv) {
  bench::Saga the_saga(argc, argv);
  saga = &the_saga;
  base = event_base_new();
  saga->start();
  std::vector<std::string> poems(saga->ports().size());
  for (std::size_t i = 0; i < poems.size(); ++i) {
    connect(saga->ports()[i], poems[i]);
  }
  event_base_dispatch(base);
  if (saga->keep()) {
    for (const std::string& poem : poems) saga->check(poem);
  }
  return saga->report();
}
