// A client of the echo server, as a coroutine.
#include <cstdio>
#include <cstdlib>

#include "coroutine/stream.h"
#include "reactor/reactor.h"

// Sends a line, and prints what comes back.
reactor::Coroutine talk(reactor::Reactor& reactor, net::Address server) {
  try {
    const auto sock = co_await reactor::connect(reactor, server);
    co_await sock.write("Is there anybody?\n");
    const auto answer = co_await sock.read();
    std::printf("%.*s", static_cast<int>(answer.size()), answer.data());
  } catch (const std::system_error& error) {
    std::printf("%s\n", error.what());
  }
  reactor.stop();
}

int main(int argc, char** argv) {
  const auto port =
      static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 10007);
  reactor::Reactor reactor;
  const auto talking = talk(reactor, {"127.0.0.1", port});
  reactor.run();
}
