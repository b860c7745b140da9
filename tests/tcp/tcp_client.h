// A client on a network that does as the test says.
#pragma once

#include <memory>
#include <string>
#include <thread>

#include "support/fake_network.h"
#include "support/tcp.h"

namespace rig {

// The thread of a lookup may outlive the test that started it, and the next
// test would count its descriptors: waits until they are closed.
class DescriptorsClosed {
 protected:
  ~DescriptorsClosed() {
    const Watchdog watchdog;
    while (open_descriptors() > before_) {
      std::this_thread::yield();
    }
  }

 private:
  const std::size_t before_ = open_descriptors();
};

class TcpClientTest : DescriptorsClosed, public TcpTest {
 protected:
  TcpClientTest() {
    names = {{"poems.test", {"127.0.0.1"}}, {"slow.test", {"127.0.0.1"}}};
    questions = 0;
    forget_asked_names();
  }
  ~TcpClientTest() override {
    connect_error = 0;
    answer_error = 0;
    thread_error = 0;
    max_descriptors = unlimited;
  }

  std::shared_ptr<reactor::Connector> connect(const net::Address& to) {
    return reactor.connect_tcp(to.host, to.port, client);
  }

  // The address of a server with this factory.
  net::Address serve(const std::shared_ptr<Server>& factory) {
    return reactor.listen_tcp(loopback, factory)->host();
  }

  // The address of a server that sends the poem and closes.
  net::Address serve(const std::string& poem) {
    const auto factory = std::make_shared<Server>();
    factory->prepare = [poem](ProtocolRecord& record) {
      record.on_made = [poem](ProtocolRecord& made) {
        made.write(poem);
        made.lose();
      };
    };
    return serve(factory);
  }

  void run_until_over() {
    steps.when([this] { return client->outcomes() > 0; });
    steps.run();
    EXPECT_EQ(client->outcomes(), 1);
  }

  const std::shared_ptr<Client> client = std::make_shared<Client>();
};

}  // namespace rig
