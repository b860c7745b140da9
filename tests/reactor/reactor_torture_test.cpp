// Each system call of a reactor fails once, in each way that its man page has.
// torture_test.cpp does the same with programs. This test sees each
// notification: all of them come once and in order, and nothing is left.

#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <tuple>

#include "support/documented.h"
#include "support/faults/script.h"
#include "support/tcp.h"

namespace {

using namespace rig;
using reactor::Error;

const std::string poem = pattern(0, 200'000);

// A reactor that serves a poem to clients of its own, each of which has another
// outcome.
class Scenario {
 public:
  explicit Scenario(const net::Address& closed)
      : closed_(closed) {
    server_->prepare = [](ProtocolRecord& record) {
      record.on_made = [](ProtocolRecord& made) {
        made.write(poem);
        made.lose();
      };
    };
    leaver_->prepare = [](ProtocolRecord& record) {
      record.on_data = [](ProtocolRecord& some) { some.abort(); };
    };
  }

  // Throws if the reactor cannot listen or cannot wait.
  void play(const char* poller) {
    SteppedReactor steps(reactor::make_poller(poller));
    steps.stats->expects_empty = true;  // a wait that fails may be short
    const auto to = steps.reactor.listen_tcp(loopback, server_)->host();
    const auto silent = steps.reactor.listen_tcp(loopback, listener_)->host();
    const auto connect = [&steps](const net::Address& address,
                                  const std::shared_ptr<Client>& client) {
      steps.reactor.connect_tcp(address.host, address.port, client, 1h);
    };
    connect(to, reader_);
    connect({"localhost", to.port}, named_reader_);
    connect(to, leaver_);
    connect(closed_, refused_);
    connect(silent, stayer_);
    // Time passes: a port may pause, but no timeout expires.
    steps.when([&] {
      steps.clock.advance(1ms);
      return has_outcome(reader_) && has_outcome(named_reader_) &&
             has_outcome(leaver_) && has_outcome(refused_) &&
             (stayer_->made() || has_outcome(stayer_));
    });
    // It is over, with any outcome.
    steps.after(0, [&, to] {
      connect(to, late_reader_);
      is_late_reader_asked_for_ = true;
    });
    steps.when([&] {
      steps.clock.advance(1ms);
      return has_outcome(late_reader_);
    });
    has_begun_ = true;
    steps.run();
    has_ended_ = true;
  }

  // How many clients have an outcome that was not planned for them.
  int surprises() const {
    return !is_whole(reader_) + !is_whole(named_reader_) +
           (leaver_->reason != Error::connection_aborted) +
           (refused_->failures != 1) +
           (stayer_->reason != Error::connection_lost) +
           !is_whole(late_reader_);
  }

  // Each connected client was told of the loss, with any reason.
  void expect_one_outcome_each() const {
    for (const auto& client :
         {reader_, named_reader_, leaver_, refused_, stayer_}) {
      EXPECT_EQ(client->outcomes(), has_begun_ ? 1 : 0);
      expect_all_gone(*client);
    }
    EXPECT_EQ(late_reader_->outcomes(), is_late_reader_asked_for_ ? 1 : 0);
    expect_all_gone(*late_reader_);
    expect_all_gone(*server_);
    expect_all_gone(*listener_);
  }
  bool has_ended() const { return has_ended_; }

 private:
  using Which = std::shared_ptr<Client>;

  static bool has_outcome(const Which& client) {
    return client->outcomes() > 0;
  }
  static bool is_whole(const Which& client) {
    return client->losses == 1 && client->reason == Error::connection_done &&
           client->last().data == poem;
  }
  static void expect_all_gone(const RecordingFactory& factory) {
    for (const auto& record : factory.records) {
      EXPECT_TRUE(record->gone());
      EXPECT_EQ(record.use_count(), 1);
    }
  }

  const net::Address closed_;
  bool has_begun_ = false;
  bool is_late_reader_asked_for_ = false;
  bool has_ended_ = false;
  const std::shared_ptr<Server> server_ = std::make_shared<Server>();
  const std::shared_ptr<Server> listener_ = std::make_shared<Server>();
  const Which reader_ = std::make_shared<Client>();
  const Which named_reader_ = std::make_shared<Client>();
  const Which leaver_ = std::make_shared<Client>();
  const Which refused_ = std::make_shared<Client>();
  const Which stayer_ = std::make_shared<Client>();
  const Which late_reader_ = std::make_shared<Client>();
};

constexpr int shares = 4;  // of the faults, one per test

class ReactorTorture
    : public testing::TestWithParam<std::tuple<const char*, int>> {
 protected:
  void play(const std::string& script) {
    SCOPED_TRACE(script);
    Scenario scenario(closed);
    {
      const faults::Script faults(script.c_str());
      try {
        scenario.play(std::get<0>(GetParam()));
      } catch (const std::system_error&) {
        EXPECT_NE(script, "");
      }
      for (const std::string& call : documented_calls()) {
        counts[call] = faults::calls(call.c_str());
      }
    }
    scenario.expect_one_outcome_each();
    if (scenario.has_ended()) {
      EXPECT_LE(scenario.surprises(), script.empty() ? 0 : 1);
    }
    expect_no_descriptors();
  }

  // The thread of a lookup may have a descriptor for a moment.
  void expect_no_descriptors() const {
    for (int i = 0; i < 1000 && open_descriptors() != before; ++i) {
      std::this_thread::sleep_for(1ms);
    }
    EXPECT_EQ(open_descriptors(), before);
  }

  Watchdog watchdog{55s};
  const LogCapture log;
  const net::Address closed = closed_address();
  const std::size_t before = open_descriptors();
  std::map<std::string, int> counts;
};

INSTANTIATE_TEST_SUITE_P(
    Every,
    ReactorTorture,
    testing::Combine(testing::Values("select", "poll", "epoll"),
                     testing::Range(0, shares)),
    [](const auto& test) {
      return std::get<0>(test.param) +
             ("_" + std::to_string(std::get<1>(test.param) + 1));
    });

TEST_P(ReactorTorture, AFailureEndsOneConnectionAndLeavesNothing) {
  play("");
  const auto faults = faults_in(counts);
  std::size_t played = 0;
  std::size_t reached = 0;
  for (auto i = static_cast<std::size_t>(std::get<1>(GetParam()));
       i < faults.size() && !HasFailure(); i += shares) {
    play(to_string(faults[i]));
    ++played;
    reached += counts.at(faults[i].call) >= faults[i].number;
  }
  // Calls that depend on timing need not happen again; most of them do.
  EXPECT_GE(2 * reached, played);
  RecordProperty("faults", static_cast<int>(played));
}

}  // namespace
