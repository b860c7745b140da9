// accept() fails for a while although a client waits: the port pauses, logs one
// line, and serves the client when accept() works again.

#include <sys/socket.h>
#include <unistd.h>

#include "support/faults/script.h"
#include "support/tcp.h"

namespace {

using namespace rig;

class AcceptErrors : public TcpTest {
 protected:
  AcceptErrors() {
    server->prepare = [](ProtocolRecord& record) {
      record.on_made = [](ProtocolRecord& made) {
        made.write("poem");
        made.lose();
      };
    };
  }

  // Of the listening socket.
  int fd() const { return reactor.readers().front()->fileno(); }

  // Each step lets a pause end.
  void wait_for_the_client() {
    steps.when([this] {
      steps.clock.advance(1s);
      return server->lost();
    });
  }

  void fail(const char* script) { faults::obey(script); }

  const std::shared_ptr<Server> server = std::make_shared<Server>();
  const std::shared_ptr<reactor::ListeningPort> port =
      reactor.listen_tcp(loopback, server);
  const net::Socket guest = net::connect(port->host());
  const LogCapture log;
  const faults::Script none{""};
};

FOR_EVERY_POLLER(AcceptErrors);

TEST_P(AcceptErrors, F06_AnErrorThatLastsPausesThePort) {
  const std::vector<std::string> errors{"ENOBUFS",  "ENOMEM",      "EPERM",
                                        "ENFILE",   "EMFILE",      "EPROTO",
                                        "ENETDOWN", "ECONNABORTED"};
  int wakeups = 0;
  for (std::size_t i = 0; i < errors.size(); ++i) {
    steps.after(0, [&, i] {
      fail(("accept4 * " + errors[i]).c_str());
      wakeups = steps.stats->wakeups;
      steps.clock.advance(1s);
    });
    steps.after(50, [&, i] {
      EXPECT_LE(steps.stats->wakeups, wakeups + 1) << errors[i];
      EXPECT_LE(faults::calls("accept4"), 32) << errors[i];
    });
  }
  steps.after(0, [&] { fail(""); });
  wait_for_the_client();
  steps.run();
  EXPECT_EQ(receive_all(guest).data, "poem");
  ASSERT_EQ(log.lines().size(), 1u);
  EXPECT_EQ(log.lines()[0], '[' + to_string(port->host()) +
                                "] cannot accept clients: No buffer space "
                                "available");
}

TEST_P(AcceptErrors, J04_AnInterruptedAcceptIsRepeatedInSilence) {
  steps.after(0, [&] { fail("accept4 1-100 EINTR"); });
  steps.when([this] { return server->lost(); });
  steps.run();
  EXPECT_EQ(receive_all(guest).data, "poem");
  EXPECT_TRUE(log.lines().empty());
}

// Closing a socket with unread bytes resets the connection.
TEST_P(AcceptErrors, J04_AnInterruptedReadBeforeTheEndIsRepeated) {
  ASSERT_EQ(::send(guest.fd(), "unread", 6, 0), 6);
  steps.after(0, [&] { fail("recv 1-3 EINTR"); });
  steps.when([this] { return server->lost(); });
  steps.run();
  const Received received = receive_all(guest);
  EXPECT_EQ(received.data, "poem");
  EXPECT_FALSE(received.error) << received.error.message();
}

TEST_P(AcceptErrors, F06_EachPauseIsALineAfterAClientWasServed) {
  std::vector<net::Socket> guests;
  for (int i = 0; i < 3; ++i) {
    steps.after(0, [&] {
      server->records.clear();
      fail("accept4 1-100 ENOMEM");
      guests.push_back(net::connect(port->host()));
    });
    wait_for_the_client();
    steps.after(2);
  }
  steps.run();
  EXPECT_EQ(log.lines().size(), 3u);
}

// A real clock: one second has a few waits.
TEST_P(AcceptErrors, F06_AnErrorThatLastsKeepsTheReactorIdle) {
  const auto stats = std::make_shared<Stats>();
  reactor::Reactor idle(std::make_unique<CountingPoller>(
      reactor::make_poller(GetParam()), stats));
  const auto busy_port = idle.listen_tcp(loopback, server);
  const net::Socket client = net::connect(busy_port->host());
  fail("accept4 * ENOBUFS");
  int waits = 0;
  idle.call_later(1s, [&] {
    waits = stats->waits;
    fail("");
  });
  idle.call_later(2s, [&] { idle.stop(); });
  idle.run();
  EXPECT_LE(waits, 10);
  EXPECT_EQ(receive_all(client).data, "poem");
}

TEST_P(AcceptErrors, F06_APortIsResumedAlthoughItsRegistrationFails) {
  steps.after(0, [&] { fail("accept4 1-16 ENOMEM; epoll_ctl 2-4 ENOMEM"); });
  wait_for_the_client();
  steps.run();
  EXPECT_EQ(receive_all(guest).data, "poem");
  EXPECT_EQ(log.lines().size(), 1u);
}

TEST_P(AcceptErrors, F06_AListeningSocketThatWasShutDownIsStoppedOnce) {
  ::shutdown(fd(), SHUT_RDWR);
  steps.after(20, [&] {
    EXPECT_EQ(steps.stats->wakeups, 1);
    EXPECT_TRUE(reactor.readers().empty());
    EXPECT_EQ(server->factory_stops, 1);
  });
  steps.run();
  EXPECT_EQ(log.lines(), Lines{'[' + to_string(port->host()) +
                               "] stopped listening: Invalid argument"});
}

TEST_P(AcceptErrors, F06_AListeningSocketThatWasClosedIsStoppedOnce) {
  const net::Socket survivor(::dup(fd()));
  ::close(fd());
  steps.after(20, [&] {
    EXPECT_EQ(steps.stats->wakeups, 1);
    EXPECT_TRUE(reactor.readers().empty());
  });
  steps.stats->expects_empty = true;  // the duplicate wakes epoll once
  steps.run();
  EXPECT_EQ(log.lines(), Lines{'[' + to_string(port->host()) +
                               "] stopped listening: Bad file descriptor"});
}

}  // namespace
