// Ping-pong on libevent, with bufferevents.
#include "common/pingpong.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>

#include <vector>

namespace {

event_base* base;

// --- The server --------------------------------------------------------------

bench::PongServer* server;

void echo(bufferevent* stream, void*) {
  evbuffer* input = bufferevent_get_input(stream);
  server->echoed(evbuffer_get_length(input));
  evbuffer_add_buffer(bufferevent_get_output(stream), input);
}

void on_gone(bufferevent* stream, short, void*) {
  bufferevent_free(stream);
  if (server->gone()) event_base_loopbreak(base);
}

void on_accepted(evconnlistener*, evutil_socket_t fd, sockaddr*, int, void*) {
  bufferevent* stream = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
  bufferevent_setcb(stream, echo, nullptr, on_gone, nullptr);
  bufferevent_enable(stream, EV_READ | EV_WRITE);
}

int serve(bench::PongServer& the_server) {
  server = &the_server;
  base = event_base_new();
  int port = 0;
  const int fd = bench::listen(port);
  evconnlistener_new(base, on_accepted, nullptr, LEV_OPT_CLOSE_ON_FREE, 0, fd);
  server->serving(port);
  event_base_dispatch(base);
  return server->report();
}

// --- The client --------------------------------------------------------------

bench::PingClient* client;

struct Connection {
  bufferevent* stream = nullptr;
  long answers = 0;
};

std::vector<Connection> connections;

void ping(bufferevent* stream) {
  bufferevent_write(stream, client->message().data(), bench::ping_size);
}

void on_answer(bufferevent* stream, void* argument) {
  auto& connection = *static_cast<Connection*>(argument);
  evbuffer* input = bufferevent_get_input(stream);
  if (evbuffer_get_length(input) < bench::ping_size) return;
  evbuffer_drain(input, bench::ping_size);
  if (client->again(++connection.answers)) {
    ping(stream);
  } else {
    bufferevent_free(stream);
    if (client->over()) event_base_loopbreak(base);
  }
}

void on_connected(bufferevent*, short what, void*) {
  if (!(what & BEV_EVENT_CONNECTED)) bench::fail_last("bufferevent");
  if (!client->connected()) return;
  for (const Connection& connection : connections) ping(connection.stream);
}

int ask(bench::PingClient& the_client) {
  client = &the_client;
  base = event_base_new();
  sockaddr_in address = bench::address(client->host(), client->port());
  connections.resize(client->size());
  for (Connection& connection : connections) {
    bufferevent* stream =
        bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
    connection.stream = stream;
    bufferevent_setcb(stream, on_answer, nullptr, on_connected, &connection);
    bufferevent_enable(stream, EV_READ | EV_WRITE);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bufferevent_socket_connect(stream, generic, sizeof address) < 0) {
      bench::fail_last("bufferevent_socket_connect");
    }
  }
  event_base_dispatch(base);
  return client->report();
}

}  // namespace

int main(int argc, char** argv) {
  return bench::pingpong(argc, argv, serve, ask);
}
