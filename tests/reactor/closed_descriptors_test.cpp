// Files that are closed or replaced while they are registered.

#include <fcntl.h>
#include <unistd.h>

#include "reactor/descriptors.h"

using namespace rig;
using reactor::Error;

namespace {

class ClosedDescriptors : public DescriptorTest {};

TEST_P(ClosedDescriptors, B12_ClosingARegisteredFileLosesItsDescriptor) {
  const auto reader = make_readable_probe();
  const auto writer = make_probe();
  reactor.add_reader(reader);
  reactor.add_writer(reader);
  reactor.add_writer(writer);
  reader->on_read = [&] { return reader->sock.close(), go_on; };
  writer->on_write = [&] { return writer->sock.close(), go_on; };
  run_iterations(3);
  EXPECT_EQ(reader->reads, 1);
  EXPECT_EQ(writer->writes, 1);
  for (const auto& probe : {reader, writer}) {
    EXPECT_EQ(probe->losses, 1);
    EXPECT_EQ(probe->reason, Error::descriptor_closed);
  }
  EXPECT_TRUE(reactor.readers().empty());
  EXPECT_TRUE(reactor.writers().empty());
}

// The registered number is closed, and the descriptor has another one.
TEST_P(ClosedDescriptors, B12_ChangingTheFileOfARegisteredDescriptorLosesIt) {
  const auto going_on = make_readable_probe();
  const auto failing = make_readable_probe();
  std::vector<Pair> fresh(2);
  going_on->on_read = [&] {
    going_on->sock = std::move(fresh[0].sock);
    return go_on;
  };
  failing->on_read = [&] {
    failing->sock = std::move(fresh[1].sock);
    return make_error_code(Error::connection_done);
  };
  for (const auto& probe : {going_on, failing}) {
    reactor.add_reader(probe);
    reactor.add_writer(probe);
  }
  after(2, [&] {
    EXPECT_TRUE(reactor.readers().empty());
    EXPECT_TRUE(reactor.writers().empty());
  });
  run_iterations(3);
  EXPECT_EQ(going_on->reason, Error::descriptor_closed);
  EXPECT_EQ(failing->reason, Error::connection_done);
  for (const auto& probe : {going_on, failing}) {
    EXPECT_EQ(probe->reads, 1);
    EXPECT_EQ(probe->writes, 0);
    EXPECT_EQ(probe->losses, 1);
  }
}

TEST_P(ClosedDescriptors, B12_AClosedDescriptorCannotBeAdded) {
  const auto closed = std::make_shared<Probe>();
  EXPECT_EQ(code_thrown_by([&] { reactor.add_reader(closed); }),
            Error::descriptor_closed);
  EXPECT_EQ(code_thrown_by([&] { reactor.add_writer(closed); }),
            Error::descriptor_closed);
  EXPECT_TRUE(reactor.readers().empty());
  run_iterations(1);
  EXPECT_EQ(closed->losses, 0);
}

// A callback that notices nothing would be called for ever. The duplicate lets
// epoll report the file.
TEST_P(ClosedDescriptors, B12_AClosedFileIsLostAlthoughItsCallbackIsContent) {
  const auto reader = make_readable_probe();
  const auto writer = make_probe();
  const net::Socket duplicate_1 = duplicate(reader->sock);
  const net::Socket duplicate_2 = duplicate(writer->sock);
  reactor.add_reader(reader);
  reactor.add_writer(writer);
  reader->on_read = [&] { return ::close(reader->fileno()), go_on; };
  writer->on_write = [&] { return ::close(writer->fileno()), go_on; };
  run_iterations(600);
  EXPECT_LE(reader->reads, is_epoll() ? 300 : 2);
  EXPECT_LE(writer->writes, is_epoll() ? 300 : 2);
  for (const auto& probe : {reader, writer}) {
    EXPECT_EQ(probe->reason, Error::descriptor_closed);
    EXPECT_EQ(probe->losses, 1);
  }
}

// The duplicate is readable for ever, and the registered number is an idle
// file.
TEST_P(ClosedDescriptors, B15_ADuplicateOfAReplacedFileDoesNotWakeTheReactor) {
  const auto probe = make_readable_probe();
  const net::Socket survivor = duplicate(probe->sock);
  const Pair idle;
  reactor.add_reader(probe);
  probe->on_read = [&] {
    ::dup3(idle.sock.fd(), probe->sock.fd(), O_CLOEXEC);
    return go_on;
  };
  run_iterations(1000);
  EXPECT_LE(probe->reads, is_epoll() ? 300 : 2);
}

// Documented exception: epoll forgets a closed file without an event. The
// contract is "remove before you close".
TEST_P(ClosedDescriptors, B13_AClosedFileEndsOnlyItsOwner) {
  std::vector<std::shared_ptr<Probe>> probes;
  for (int i = 0; i < 3; ++i) {
    probes.push_back(make_probe());
    read_properly(*probes.back());
    reactor.add_reader(probes.back());
  }
  Probe& gone = *probes[1];
  const auto closed = std::make_error_code(std::errc::bad_file_descriptor);
  after(1, [&] { ::close(gone.sock.fd()); });
  after(3, [&] {
    EXPECT_EQ(gone.losses, is_epoll() ? 0 : 1);
    EXPECT_EQ(gone.reason, is_epoll() ? go_on : closed);
    send_bytes(probes[0]->other);
    send_bytes(probes[2]->other);
  });
  after(6, [&] { reactor.stop(); });
  reactor.run();
  EXPECT_EQ(probes[0]->reads, 1);
  EXPECT_EQ(probes[2]->reads, 1);
  EXPECT_EQ(gone.losses, 1);
}

TEST_P(ClosedDescriptors, B13_ADescriptorClosedBeforeItsRemovalCanBeRemoved) {
  const auto early = make_probe();
  const int number = early->sock.fd();
  reactor.add_reader(early);
  reactor.add_writer(early);
  early->sock.close();
  reactor.remove_reader(*early);
  reactor.remove_writer(*early);
  EXPECT_TRUE(reactor.readers().empty());

  const auto next = make_readable_probe();
  EXPECT_EQ(next->sock.fd(), number);
  reactor.add_reader(next);
  run_iterations(1);
  EXPECT_GT(next->reads, 0);
  EXPECT_EQ(early->reads + early->writes + early->losses, 0);
}

// Documented outcome: select and poll know a file by its number only, and
// report the foreign file; epoll forgot ours when it was closed.
TEST_P(ClosedDescriptors,
       B14_AForeignFileInPlaceOfOursIsReadBySelectAndPollOnly) {
  const auto probe = make_probe();
  const Pair foreign;
  send_bytes(foreign.other);
  reactor.add_reader(probe);
  after(1, [&] {
    EXPECT_GE(::dup3(foreign.sock.fd(), probe->sock.fd(), O_CLOEXEC), 0);
  });
  after(4, [&] { reactor.stop(); });
  reactor.run();
  EXPECT_EQ(probe->reads > 0, !is_epoll());
  EXPECT_EQ(probe->losses, 1);
}

// The duplicate keeps the file open in the kernel: it must not wake the
// reactor.
TEST_P(ClosedDescriptors, B15_ADuplicateOfAClosedFileDoesNotWakeTheReactor) {
  const auto removed = make_probe();
  const auto lost = make_readable_probe();
  const net::Socket duplicate_1 = duplicate(removed->sock);
  const net::Socket duplicate_2 = duplicate(lost->sock);
  reactor.add_reader(removed);
  reactor.add_writer(removed);
  reactor.add_reader(lost);
  lost->on_read = [] { return make_error_code(Error::connection_done); };
  lost->on_lost = [&] { lost->sock.close(); };
  reactor.remove_reader(*removed);
  reactor.remove_writer(*removed);
  removed->sock.close();
  send_bytes(removed->other);
  run_iterations(5);
  EXPECT_EQ(lost->losses, 1);
  EXPECT_EQ(stats->wakeups, 1);
}

FOR_EVERY_POLLER(ClosedDescriptors);

}  // namespace
