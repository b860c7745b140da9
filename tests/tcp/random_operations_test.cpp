// Many connections, both ends of which do something at random in each callback.

#include <algorithm>
#include <random>
#include <stdexcept>

#include "tcp/tcp_connection.h"

using namespace rig;
using reactor::Error;

namespace {

class RandomOperations : public TwoProtocols {};
FOR_EVERY_POLLER(RandomOperations);

// Many connections. Both ends of each do something at random in each callback,
// until all connections are lost.
class RandomRun {
 public:
  RandomRun(const char* poller, unsigned seed)
      : random_(seed),
        world_(reactor::make_poller(poller)) {
    client_prepare_ = [this](ProtocolRecord& record) { prepare(record); };
    server_->prepare = client_prepare_;
  }

  void run(int connections) {
    const auto to = world_.reactor.listen_tcp(loopback, server_)->host();
    for (int i = 0; i < connections; ++i) {
      clients_.push_back(std::make_shared<Client>());
      clients_.back()->prepare = client_prepare_;
      connectors_.push_back(
          world_.reactor.connect_tcp("127.0.0.1", to.port, clients_.back()));
    }
    world_.when([this] { return is_over() || ++rounds_ == 400; });
    world_.run();
    check();
  }

 private:
  int roll(int sides) {
    return std::uniform_int_distribution<int>(0, sides - 1)(random_);
  }

  void prepare(ProtocolRecord& record) {
    const auto hook = [this](ProtocolRecord& one) { act(one); };
    record.on_made = hook;
    record.on_data = [this](ProtocolRecord& one) {
      check_data(one);
      act(one);
    };
    record.on_lost = [this](ProtocolRecord& one) {
      for (int i = roll(3); i > 0; --i) {
        one.write("late");
        one.abort();
        one.lose();
        one.resume();
      }
      if (roll(20) == 0) throw std::runtime_error("chaos");
    };
  }

  // Each byte says where in the stream it is.
  void check_data(ProtocolRecord& record) {
    const std::size_t from = record.received - record.data.size();
    EXPECT_TRUE(record.data == pattern(from, record.data.size()));
    record.data.clear();
  }

  void act(ProtocolRecord& record) {
    for (int i = roll(4); i > 0; --i) {
      act_once(record);
    }
    if (roll(6) == 0) later();
  }

  void act_once(ProtocolRecord& record) {
    switch (roll(14)) {
      case 0:
        return record.lose();
      case 1:
        return roll(3) == 0 ? record.abort() : record.pause();
      case 2:
        record.pause();
        return later();
      case 3:
      case 4:
        return record.resume();
      case 5:
        return disconnect();
      case 6:
        if (roll(10) == 0) throw std::runtime_error("chaos");
        return;
      case 7:
        return record.write(
            pattern(record.written, static_cast<std::size_t>(roll(400000))));
      default:
        return record.write(
            pattern(record.written, static_cast<std::size_t>(roll(3000))));
    }
  }

  void disconnect() {
    const auto which =
        static_cast<std::size_t>(roll(static_cast<int>(connectors_.size())));
    connectors_[which]->disconnect();
  }

  // Lets a random protocol act, not necessarily the one that was called.
  void later() {
    world_.reactor.call_later(0s, [this] {
      auto& records =
          roll(2) == 0 ? server_->records
                       : clients_[static_cast<std::size_t>(
                                      roll(static_cast<int>(clients_.size())))]
                             ->records;
      if (records.empty()) return;
      const auto which =
          static_cast<std::size_t>(roll(static_cast<int>(records.size())));
      if (records[which]->is_open()) act(*records[which]);
    });
  }

  bool is_over() const {
    return std::all_of(clients_.begin(), clients_.end(),
                       [](const auto& one) { return one->outcomes() == 1; });
  }

  void check() const {
    for (const auto& one : clients_) {
      EXPECT_EQ(one->outcomes(), 1);
      EXPECT_EQ(one->still_open(), 0u);
      if (!one->empty()) {
        EXPECT_TRUE(one->last().gone());
      }
    }
    for (const auto& record : server_->records) {
      EXPECT_TRUE(record->gone());
    }
  }

  std::mt19937 random_;
  std::function<void(ProtocolRecord&)> client_prepare_;
  const std::shared_ptr<Server> server_ = std::make_shared<Server>();
  std::vector<std::shared_ptr<Client>> clients_;
  std::vector<std::shared_ptr<reactor::Connector>> connectors_;
  int rounds_ = 0;
  SteppedReactor world_;
};

TEST_P(RandomOperations, E09_RandomOperationsKeepTheOrder) {
  const LogCapture log;
  const auto before = open_descriptors();
  for (unsigned seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE(seed);
    RandomRun(GetParam(), seed).run(10);
    if (HasFailure()) break;
  }
  EXPECT_EQ(open_descriptors(), before);
  steps.run();
}

}  // namespace
