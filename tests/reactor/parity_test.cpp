// Random operations on a reactor: every poller makes the same calls, and the
// contract holds. fuzz/reactor_fuzz.cpp has longer runs.
#include <random>

#include "model/reactor_model.h"
#include "support/rig.h"

using namespace rig;

namespace {

// The bytes of one seed: enough for some hundred operations.
std::vector<std::uint8_t> any_bytes(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> bytes(100 + random() % 400);
  for (std::uint8_t& byte : bytes) {
    byte = static_cast<std::uint8_t>(random());
  }
  return bytes;
}

std::string trace(unsigned seed, const std::string& poller) {
  const std::vector<std::uint8_t> bytes = any_bytes(seed);
  fuzz::ReactorModel model(bytes, poller);
  model.run();
  return model.trace();
}

constexpr unsigned seeds = 300;

struct QuietTest {
  Watchdog watchdog{50s};
  LogCapture log;  // the exceptions are not of interest
};

class Parity : public testing::TestWithParam<const char*>, public QuietTest {};
class ScriptedModel : public testing::Test, public QuietTest {};

TEST_P(Parity, N04_TheSameOperationsLeadToTheSameCalls) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    ASSERT_EQ(trace(seed, GetParam()), trace(seed, "poll")) << "seed " << seed;
  }
}

TEST_F(ScriptedModel, N04_RandomEventsKeepTheContract) {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    EXPECT_NE(trace(seed, "scripted"), "");  // else it has aborted
  }
}

INSTANTIATE_TEST_SUITE_P(Every,
                         Parity,
                         testing::Values("select", "epoll"),
                         [](const auto& test) {
                           return std::string(test.param);
                         });

}  // namespace
