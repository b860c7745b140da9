// Descriptors that fail, throw or are hung up.

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "reactor/descriptors.h"

using namespace rig;
using reactor::Error;

namespace {

class DescriptorErrors : public DescriptorTest {};

// --- Errors ------------------------------------------------------------------

TEST_P(DescriptorErrors, B16_AnErrorEndsItsDescriptorOnceAndNoOther) {
  const LogCapture log;
  const auto broken = std::make_error_code(std::errc::broken_pipe);
  const auto throws = [] { return throw std::runtime_error("oh"), go_on; };
  std::vector<std::shared_ptr<Probe>> probes;
  for (int i = 0; i < 4; ++i) {
    probes.push_back(make_readable_probe());
    reactor.add_reader(probes.back());
    reactor.add_writer(probes.back());
    reactor.retain(probes.back());
  }
  probes[0]->on_read = [&] { return broken; };
  probes[1]->on_write = [&] { return broken; };
  probes[2]->on_read = throws;
  probes[3]->on_write = throws;
  const auto bystander = make_readable_probe();
  reactor.add_reader(bystander);

  after(2, [&, &probe = bystander] {
    EXPECT_EQ(reactor.readers().size(), 1u);
    EXPECT_EQ(reactor.writers().size(), 0u);
    EXPECT_EQ(probe->losses, 0);
  });
  run_iterations(3);
  for (int i = 0; i < 4; ++i) {
    const Probe& probe = *probes[static_cast<std::size_t>(i)];
    EXPECT_EQ(probe.losses, 1);
    EXPECT_EQ(probe.reason,
              i < 2 ? broken : make_error_code(Error::callback_failed));
    EXPECT_EQ(probe.reads, 1);
    EXPECT_EQ(probe.writes, i % 2);
  }
  EXPECT_GT(bystander->reads, 1);
  EXPECT_EQ(log.lines(), std::vector<std::string>(2, "[probe] oh"));
}

TEST_P(DescriptorErrors, B16_ADescriptorIsRemovedBeforeItIsNotified) {
  const auto probe = make_readable_probe();
  reactor.add_reader(probe);
  reactor.add_writer(probe);
  probe->on_read = [] { return make_error_code(Error::connection_done); };
  probe->on_lost = [&] {
    EXPECT_TRUE(reactor.readers().empty());
    EXPECT_TRUE(reactor.writers().empty());
    // The number is free for the next descriptor.
    probe->sock.close();
    reactor.stop();
  };
  reactor.run();
  EXPECT_EQ(probe->losses, 1);
}

TEST_P(DescriptorErrors, B16_ADescriptorThatRemovedItselfAndFailsIsNotified) {
  const auto probe = make_readable_probe();
  reactor.add_reader(probe);
  probe->on_read = [&] {
    reactor.remove_reader(*probe);
    return make_error_code(Error::connection_done);
  };
  run_iterations(2);
  EXPECT_EQ(probe->losses, 1);
  EXPECT_EQ(probe->reason, Error::connection_done);
}

TEST_P(DescriptorErrors, B16_ADescriptorMayRegisterAgainInConnectionLost) {
  const auto probe = make_readable_probe();
  reactor.add_reader(probe);
  probe->on_read = [&] {
    return probe->reads == 1 ? make_error_code(Error::connection_done) : go_on;
  };
  probe->on_lost = [&] {
    if (probe->losses == 1) reactor.add_reader(probe);
  };
  run_iterations(3);
  EXPECT_GT(probe->reads, 1);
  EXPECT_EQ(probe->losses, 2);
}

TEST_P(DescriptorErrors, B16_AFailingDescriptorIsRemovedUnderItsNewNumber) {
  const auto probe = make_readable_probe();
  reactor.add_reader(probe);
  Pair fresh;
  probe->on_read = [&] {
    reactor.remove_reader(*probe);
    probe->sock = std::move(fresh.sock);
    reactor.add_reader(probe);
    reactor.add_writer(probe);
    return make_error_code(Error::connection_done);
  };
  probe->on_lost = [&] {
    EXPECT_TRUE(reactor.readers().empty());
    EXPECT_TRUE(reactor.writers().empty());
  };
  run_iterations(3);
  EXPECT_EQ(probe->losses, 1);
  EXPECT_EQ(probe->reads, 1);
  EXPECT_EQ(probe->writes, 0);
}

// --- Hanging up --------------------------------------------------------------

TEST_P(DescriptorErrors, B17_DataBeforeTheEndIsReadFirst) {
  const auto probe = make_probe();
  read_properly(*probe);
  reactor.add_reader(probe);
  send_bytes(probe->other, "abc");
  probe->other.close();
  probe->on_lost = [&] { reactor.stop(); };
  reactor.run();
  EXPECT_EQ(probe->reads, 4);
  EXPECT_EQ(probe->reason, Error::connection_done);
}

TEST_P(DescriptorErrors, B17_APipeWithAHangUpIsRead) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const auto probe = std::make_shared<Probe>(net::Socket(ends[0]));
  ASSERT_EQ(::write(ends[1], "abc", 3), 3);
  ::close(ends[1]);
  std::string all;
  probe->on_read = [&] {
    char byte;
    const ssize_t n = ::read(probe->sock.fd(), &byte, 1);
    if (n == 1) all += byte;
    return n == 1 ? go_on : make_error_code(Error::connection_done);
  };
  probe->on_lost = [&] { reactor.stop(); };
  reactor.add_reader(probe);
  reactor.run();
  EXPECT_EQ(all, "abc");
  EXPECT_EQ(stats->waits, 4);
}

TEST_P(DescriptorErrors, B17_DataBeforeAResetIsReadFirst) {
  TcpPair pair;
  const auto probe = std::make_shared<Probe>(std::move(pair.sock));
  send_bytes(pair.other, "hello steps");
  reset(pair.other);
  read_properly(*probe);
  reactor.add_reader(probe);
  probe->on_lost = [&] { reactor.stop(); };
  reactor.run();
  EXPECT_EQ(probe->reads, 12);
  EXPECT_EQ(probe->reason, std::errc::connection_reset);
}

TEST_P(DescriptorErrors, B18_AResetWakesAWriterOnce) {
  TcpPair pair(true);
  const auto probe = std::make_shared<Probe>(std::move(pair.sock));
  fill(probe->sock);
  probe->on_write = [&] {
    const ssize_t n = ::send(probe->sock.fd(), "x", 1, MSG_NOSIGNAL);
    return n < 0 ? net::last_error() : go_on;
  };
  reactor.add_writer(probe);
  after(2, [&] { reset(pair.other); });
  run_iterations(10);
  EXPECT_EQ(probe->losses, 1);
  EXPECT_NE(probe->reason, Error::connection_lost);
  EXPECT_LE(stats->wakeups, 2);
}

TEST_P(DescriptorErrors, B18_APipeWithoutAReaderWakesItsWriter) {
  int ends[2];
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  const auto probe = std::make_shared<Probe>(net::Socket(ends[1]));
  const std::string much(1 << 20, '.');
  ASSERT_GT(::write(ends[1], much.data(), much.size()), 0);
  ::close(ends[0]);
  probe->on_write = [] { return make_error_code(Error::connection_done); };
  probe->on_lost = [&] { reactor.stop(); };
  reactor.add_writer(probe);
  reactor.run();
  EXPECT_EQ(probe->writes, 1);
}

TEST_P(DescriptorErrors, B19_AResetDoesNotWakeARemovedReader) {
  TcpPair pair;
  const auto probe = std::make_shared<Probe>(std::move(pair.sock));
  read_properly(*probe);
  reactor.add_reader(probe);
  after(1, [&] {
    reactor.remove_reader(*probe);
    reset(pair.other);
  });
  after(10, [&] {
    EXPECT_EQ(stats->wakeups, 0);
    EXPECT_EQ(probe->losses, 0);
    reactor.add_reader(probe);
  });
  run_iterations(13);
  EXPECT_EQ(stats->wakeups, 1);
  EXPECT_EQ(probe->losses, 1);
  EXPECT_EQ(probe->reason, std::errc::connection_reset);
}

FOR_EVERY_POLLER(DescriptorErrors);

}  // namespace
