// The fixtures of the TCP tests: sockets that misbehave on purpose, a reactor
// that runs in steps, and protocols that check the order of their callbacks.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/rig.h"

namespace rig {

// --- Sockets -----------------------------------------------------------------

inline const net::Address loopback{"127.0.0.1", 0};

// No program listens there.
net::Address closed_address();

// A listener whose queue is full: a connection to it stays pending.
struct FullQueue {
  explicit FullQueue(const net::Address& wanted = loopback);
  net::Socket listener;
  net::Socket first;
  net::Address address;
};

// A socket that is bound and does not listen yet.
net::Socket bound(const net::Address& address = loopback);

// These wait for a peer that is connecting or sending.
net::Socket accept(const net::Socket& listener);
std::string receive(const net::Socket& sock, std::size_t size);

// All bytes until the end, and the error, if it was one.
struct Received {
  std::string data;
  std::error_code error;
};
Received receive_all(const net::Socket& sock);

// Makes the buffers as small as the system allows.
void make_buffers_small(int fd);

// How many descriptors may be open during a call that a test guards with a
// ScarceDescriptors. The limit is real, but holds for this call only: other
// calls, and a sanitizer, need descriptors of their own.
inline constexpr int unlimited = -1;
inline constexpr int no_descriptors = 3;
inline int max_descriptors = unlimited;

class ScarceDescriptors {
 public:
  ScarceDescriptors();
  ~ScarceDescriptors();

 private:
  rlimit before_;
};

// --- A reactor that runs in steps --------------------------------------------

class SteppedReactor {
 public:
  explicit SteppedReactor(std::unique_ptr<reactor::Poller> poller);

  // A step: when `ready` returns true, between two iterations, `then` is
  // called. Each step waits for the one before it.
  void when(
      std::function<bool()> ready, std::function<void()> then = [] {});
  void after(
      int iterations, std::function<void()> then = [] {});

  // Runs until the last step is done. Fails after five seconds.
  void run();

  FakeClock clock;
  std::shared_ptr<Stats> stats = std::make_shared<Stats>();
  reactor::Reactor reactor;

 private:
  struct Step {
    std::function<bool()> ready;
    std::function<void()> then;
  };

  void step();

  std::deque<Step> steps_;
  std::chrono::steady_clock::time_point deadline_;
};

class TcpTest : public testing::TestWithParam<const char*> {
 protected:
  Watchdog watchdog{30s};
  SteppedReactor steps{reactor::make_poller(GetParam())};
  reactor::Reactor& reactor = steps.reactor;
};

// --- Observers ---------------------------------------------------------------

using Lines = std::vector<std::string>;

// The callbacks of one protocol, in the only allowed order: built, made, data,
// lost, gone. Any other order, and a callback from within a call, fails the
// test. Outlives the protocol.
class ProtocolRecord {
 public:
  using Hook = std::function<void(ProtocolRecord&)>;

  explicit ProtocolRecord(std::shared_ptr<Lines> lines);

  // These are passed to the transport, which may not call back from within.
  void write(std::string_view what);
  void lose();
  void abort(std::error_code why = reactor::Error::connection_aborted);
  void pause();
  void resume();

  bool made() const { return stage_ >= Stage::made; }
  bool is_open() const { return stage_ == Stage::made; }
  bool lost() const { return stage_ >= Stage::lost; }
  bool gone() const { return stage_ == Stage::gone; }
  reactor::Transport& transport() const { return *transport_; }
  int fd() const;

  // Set these in RecordingFactory::prepare.
  Hook on_made = [](ProtocolRecord&) {};
  Hook on_data = [](ProtocolRecord&) {};
  Hook on_lost = [](ProtocolRecord&) {};

  bool keeps_data = true;
  std::string data;
  std::size_t received = 0;
  std::size_t pieces = 0;  // data_received() calls
  std::size_t written = 0;
  std::error_code reason;

 private:
  friend class RecordingProtocol;
  enum class Stage { built, made, lost, gone };

  void note(const char* what, Stage from, Stage to, const Hook& hook);
  template <typename Call>
  void without_callbacks(Call call);

  const std::shared_ptr<Lines> lines_;
  Stage stage_ = Stage::built;
  reactor::Transport* transport_ = nullptr;
  int busy_ = 0;
  bool ending_ = false;
  bool paused_ = false;
};

// The base of both factories: builds protocols and keeps their records.
class RecordingFactory {
 public:
  std::unique_ptr<reactor::Protocol> build(const net::Address& address);
  bool is_in_use() const { return factory_starts == factory_stops + 1; }

  bool empty() const { return records.empty(); }
  ProtocolRecord& last() const { return *records.back(); }
  bool made() const { return !empty() && last().made(); }
  bool lost() const { return !empty() && last().lost(); }
  std::size_t still_open() const;

  ProtocolRecord::Hook prepare = [](ProtocolRecord&) {};
  std::function<void()> on_build = [] {};
  bool refuses = false;
  int factory_starts = 0;
  int factory_stops = 0;
  std::vector<std::shared_ptr<ProtocolRecord>> records;
  std::vector<net::Address> addresses;  // that protocols were built for
  std::shared_ptr<Lines> lines = std::make_shared<Lines>();
};

class Server final : public reactor::ProtocolFactory, public RecordingFactory {
 public:
  void start_factory() override { ++factory_starts; }
  void stop_factory() override { ++factory_stops; }
  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& address) override {
    return build(address);
  }
};

class Client final : public reactor::ClientFactory, public RecordingFactory {
 public:
  using Hook = std::function<void(reactor::Connector&)>;

  void start_factory() override { ++factory_starts; }
  void stop_factory() override { ++factory_stops; }
  void started_connecting(reactor::Connector& connector) override;
  void client_connection_failed(reactor::Connector& connector,
                                std::error_code why) override;
  void client_connection_lost(reactor::Connector& connector,
                              std::error_code why) override;
  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& address) override {
    return build(address);
  }

  int outcomes() const { return failures + losses; }

  Hook on_started = [](reactor::Connector&) {};
  Hook on_failed = [](reactor::Connector&) {};
  Hook on_lost = [](reactor::Connector&) {};
  int starts = 0;
  int failures = 0;
  int losses = 0;
  std::error_code reason;  // of the last outcome
  reactor::Connector* connector = nullptr;  // the same in all callbacks

 private:
  void told(const char* what, reactor::Connector& by);
};

// Bytes whose values follow from their place in the stream.
std::string pattern(std::size_t from, std::size_t size);

}  // namespace rig
