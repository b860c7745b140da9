// Where the log goes: to the program's logger, or to stderr.

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>

#include "support/rig.h"

namespace {

struct Printed {
  std::string out;
  std::string err;
};

// The output of a reactor with a callback that fails.
Printed run() {
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  {
    reactor::Reactor reactor;
    reactor.call_when_running([] { throw std::runtime_error("I fall down."); });
    reactor.call_when_running([&] { reactor.stop(); });
    reactor.run();
  }
  spdlog::default_logger()->flush();
  return {testing::internal::GetCapturedStdout(),
          testing::internal::GetCapturedStderr()};
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

class Log : public testing::Test {
 protected:
  ~Log() override {
    spdlog::set_default_logger(before_);
    spdlog::set_level(spdlog::level::info);
    spdlog::drop("slowpoetry");
  }

  // A logger that writes to `text`.
  std::shared_ptr<spdlog::logger> text_logger(const std::string& name) {
    return std::make_shared<spdlog::logger>(
        name, std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
  }
  std::string text() const { return text_.str(); }

 private:
  const std::shared_ptr<spdlog::logger> before_ = spdlog::default_logger();
  std::ostringstream text_;
};

TEST_F(Log, K01_GoesToStderrByDefault) {
  for (int i = 0; i < 2; ++i) {
    const Printed printed = run();
    EXPECT_EQ(printed.out, "");
    EXPECT_TRUE(contains(printed.err, "[slowpoetry]")) << printed.err;
    EXPECT_TRUE(contains(printed.err, "[-] I fall down.\n")) << printed.err;
  }
}

TEST_F(Log, K01_GoesToTheDefaultLoggerThatTheProgramHasSet) {
  for (const std::string name : {"program", ""}) {
    spdlog::set_default_logger(text_logger(name));
    const Printed printed = run();
    EXPECT_EQ(printed.out, "");
    EXPECT_EQ(printed.err, "");
  }
  const std::string line = "[-] I fall down.\n";
  EXPECT_NE(text().find(line), text().rfind(line)) << text();
}

TEST_F(Log, K01_GoesToTheSinksThatTheProgramHasSet) {
  auto& sinks = spdlog::default_logger()->sinks();
  const auto before = sinks;
  sinks.push_back(text_logger("program")->sinks().front());
  run();
  sinks = before;
  EXPECT_TRUE(contains(text(), "[-] I fall down.\n")) << text();
}

TEST_F(Log, K01_GoesToTheLoggerOfItsName) {
  spdlog::register_logger(text_logger("slowpoetry"));
  const Printed printed = run();
  EXPECT_EQ(printed.out + printed.err, "");
  EXPECT_TRUE(contains(text(), "[-] I fall down.\n")) << text();
}

TEST_F(Log, K01_ObeysTheLevelOfAllLoggers) {
  spdlog::set_level(spdlog::level::off);
  const Printed printed = run();
  EXPECT_EQ(printed.out + printed.err, "");
}

TEST_F(Log, K03_WorksWithoutADefaultLogger) {
  spdlog::set_default_logger(nullptr);
  testing::internal::CaptureStderr();
  {
    reactor::Reactor reactor;
    reactor.call_when_running([] { throw std::runtime_error("I fall down."); });
    reactor.call_when_running([&] { reactor.stop(); });
    reactor.run();
  }
  EXPECT_TRUE(contains(testing::internal::GetCapturedStderr(), "I fall down."));
}

}  // namespace
