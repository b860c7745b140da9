// Servers and clients whose parent process blocks or ignores signals.

#include <gtest/gtest.h>
#include <poll.h>

#include <csignal>
#include <string>
#include <vector>

#include "compare/run/child_process.h"
#include "support/process.h"

namespace {

using poetry_compare::ChildProcess;

int block_all() {
  sigset_t all;
  ::sigfillset(&all);
  return ::sigprocmask(SIG_SETMASK, &all, nullptr);
}

int ignore_all() {
  for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_IGN);
  return 0;
}

// The output, up to the end of its first line.
std::string first_line(ChildProcess& child) {
  std::string text;
  while (child.output() >= 0 && text.find('\n') == text.npos) {
    pollfd fd{child.output(), POLLIN, 0};
    if (::poll(&fd, 1, -1) > 0) child.read_output(text);
  }
  return text.substr(0, text.find('\n'));
}

class InheritedSignals : public testing::TestWithParam<int (*)()> {
 protected:
  static poetry_compare::ChildCommand command(std::vector<std::string> words) {
    words[0] = rig::program(words[0]);
    return {.words = std::move(words),
            .output = poetry_compare::to_pipe,
            .prepare = GetParam()};
  }
  ChildProcess server_{
      command({"blocking-server/slowpoetry", "--num-bytes", "10", "--delay",
               "60", "--port", "0", rig::poem_path("science")})};
  const std::string port_ = [this] {
    const auto line = first_line(server_);
    return line.substr(line.rfind(' ') + 1, line.size() - line.rfind(' ') - 2);
  }();
};

TEST_P(InheritedSignals, SIGTERMEndsAServer) {
  server_.signal(SIGTERM);
  EXPECT_EQ(server_.wait().status(), 128 + SIGTERM);
}

TEST_P(InheritedSignals, SIGINTEndsAServer) {
  server_.signal(SIGINT);
  EXPECT_EQ(server_.wait().status(), 128 + SIGINT);
}

TEST_P(InheritedSignals, SIGINTEndsAClient) {
  ChildProcess client(command({"async-client/get-poetry", port_}));
  EXPECT_EQ(first_line(client).substr(0, 6), "Task 1");
  client.signal(SIGINT);
  EXPECT_EQ(client.wait().status(), 128 + SIGINT);
}

TEST_P(InheritedSignals, SIGINTEndsAClientWithAReactor) {
  ChildProcess client(command({"reactor-client-2/get-poetry", port_}));
  EXPECT_EQ(first_line(client).substr(0, 6), "Task 1");
  client.signal(SIGINT);
  EXPECT_EQ(client.wait().status(), 128 + SIGINT);
}

INSTANTIATE_TEST_SUITE_P(Parent,
                         InheritedSignals,
                         testing::Values(block_all, ignore_all));

}  // namespace
