// stdout of the clients: a full disk, a pipe, a terminal; and the stack that
// one of them prints.

#include <csignal>

#include "programs/clients.h"

using namespace clients;

namespace {

FOR_ALL_CLIENTS_BUT(Clients, "Stack");
// Those that print each piece when it arrives.
FOR_CLIENTS(Listening, "Async", "Reactor1", "Reactor2");
// Those that print more than once.
FOR_CLIENTS(Telling, "Blocking", "Async", "Reactor1", "Reactor2", "Coroutine");
FOR_CLIENTS(SimpleClient, "Simple", "Reactor3");
FOR_CLIENTS(StackClient, "Stack");

// The server stalls, because "at once" must not wait for the end of the poem.
TEST_P(Listening, K05_EndAtOnceWhenStdoutFails) {
  Server server(rig::sends_and_stalls("a poem"));
  const auto outcome =
      run(Command{.words = words({server.address()}), .output = "/dev/full"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err,
            GetParam().program() + ": cannot print: No space left on device\n");
}

TEST_P(Clients, K05_FailWhenStdoutFails) {
  Server server(rig::serves("a poem"));
  const auto outcome =
      run(Command{.words = words({server.address()}), .output = "/dev/full"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err,
            GetParam().program() + ": cannot print: No space left on device\n");
}

TEST_P(Clients, J05_DieQuietlyWhenTheReaderOfStdoutIsGone) {
  Server server(rig::serves("a poem"));
  const auto outcome =
      run(Command{.words = words({server.address()}), .lines_wanted = 0});
  EXPECT_EQ(outcome.status, -SIGPIPE);
  EXPECT_EQ(outcome.err, "");
}

// "get-poetry ... | head -1"
TEST_P(Telling, J05_DieQuietlyWhenTheReaderClosesThePipe) {
  Gate reader_has_left;
  Server server([&](Visit& visit) {
    visit.send("a poem");
    visit.wait_for(reader_has_left);
    visit.send(", and more");
    visit.finish();
  });
  Process client({.words = words({server.address()}), .lines_wanted = 1});
  rig::eventually("the first line", [&] { return client.reader_has_left(); });
  reader_has_left.open();
  const auto outcome = client.wait();
  EXPECT_EQ(outcome.status, -SIGPIPE);
  EXPECT_EQ(outcome.err, "");
}

TEST_P(Telling, PrintLineByLineInAPipe) {
  Server server(rig::sends_and_stalls("a poem"));
  Process client({.words = words({server.address()})});
  client.wait_for_out("\n");
  EXPECT_FALSE(client.ended());
}

constexpr auto red = "\x1b[31mred\x07\n\ttab \xc2\x9b caf\xc3\xa9 \xff\r\n";

TEST_P(SimpleClient, M07_EscapesControlCharactersOnATerminal) {
  if (!rig::has_terminals()) GTEST_SKIP() << "there are no terminals";
  Server server(rig::serves(red));
  const auto outcome =
      run(Command{.words = words({server.address()}), .terminal = true});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out,
            "\\x1b[31mred\\x07\n\ttab \\xc2\\x9b caf\xc3\xa9 \\xff\\x0d\n");
}

TEST_P(SimpleClient, M07_PrintsByteForByteInAPipe) {
  Server server(rig::serves(red));
  const auto outcome = run({server.address()});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, red);
}

TEST_P(SimpleClient, M04_PrintsNoPartOfAPoem) {
  Server bad(resets_after(11));
  Server good(rig::serves("a poem\n"));
  const auto outcome = run({bad.address(), good.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, reset(1, 11));
  EXPECT_EQ(outcome.out, "a poem\n");
}

// --- The stack ---------------------------------------------------------------

TEST_P(StackClient, PrintsTheCallStackWhenTheFirstBytesArrive) {
  Server server(rig::sends_and_stalls("a poem"));
  const auto outcome = run({server.address()});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "");
  std::size_t from = 0;
  for (const std::string name : {"main\n", "reactor::Reactor::run()\n",
                                 "PoetryProtocol::data_received("}) {
    from = outcome.err.find(name, from);
    ASSERT_NE(from, std::string::npos) << name << " in\n" << outcome.err;
  }
  // The innermost is the last one.
  EXPECT_EQ(outcome.err.find('\n', from), outcome.err.size() - 1)
      << outcome.err;
}

TEST_P(StackClient, ReportsARefusedConnection) {
  rig::RefusingPort port;
  const auto outcome = run({port.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, refused(port.address()));
}

TEST_P(StackClient, PrintsNothingForAnEmptyPoem) {
  Server server(rig::serves(""));
  const auto outcome = run({server.address()});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
}

}  // namespace
