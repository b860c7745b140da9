// A reactor, everything that can be registered with it, and a list of what must
// not happen. Bytes choose the operations before run() and in each callback. A
// model of the reactor checks each callback.
// It has descriptors, delayed calls and connections.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "model/bytes.h"
#include "model/connection.h"
#include "model/descriptor.h"
#include "model/timers.h"
#include "net/socket.h"
#include "reactor/reactor.h"

namespace fuzz {

class ReactorModel {
 public:
  // With "scripted", the bytes choose the ready descriptors, whether or not
  // they are ready: a poller may be wrong. The other pollers are real, and must
  // behave alike.
  ReactorModel(std::span<const std::uint8_t> bytes, const std::string& poller);
  ~ReactorModel();

  // Runs until no byte is left. Aborts if a promise is broken.
  void run();

  // The callbacks that were made, in order.
  const std::string& trace() const { return trace_; }

  // --- For its parts ---------------------------------------------------------

  // Stands at the top of each callback. No callback is made within another one,
  // except those that are made at once.
  class CallbackScope {
   public:
    CallbackScope(ReactorModel& model,
                  const char* what,
                  int who,
                  bool at_once = false);
    ~CallbackScope();

   private:
    ReactorModel& model_;
  };

  // Makes some operations; throws if the bytes say so.
  void act();
  void maybe_throw(std::string_view who);

  // The next callback has to be connection_lost() of this descriptor.
  void expect_loss(const FuzzedDescriptor& descriptor, std::error_code reason);
  // Returns whether the loss was expected.
  bool take_loss(const FuzzedDescriptor& descriptor, std::error_code reason);

  // The reactor returns the registered descriptors.
  void check_tables() const;

  // From now on only connection_lost() may be called.
  void reactor_stopped();

  bool is_scripted() const { return scripted_; }
  bool in_callback() const { return depth_ > 0; }
  FuzzedConnections& connections() { return connections_; }

  Bytes bytes;
  std::unique_ptr<reactor::Reactor> owner;
  reactor::Reactor* reactor = nullptr;  // still set in its destructor
  reactor::Clock::time_point now{std::chrono::hours(1)};
  std::uint64_t iteration = 1;  // one more with each wait
  std::uint64_t phase = 0;  // one more per deferred destruction
  bool dropping = false;  // the model gives up a reference to a descriptor
  std::vector<FuzzedDescriptor*> alive;
  Timers timers;

 private:
  class ScriptedOrder;
  friend CallbackScope;
  // Removed objects are destroyed after `delayed` and after `ready`.
  enum class Calls { starting, delayed, ready };

  reactor::Clock::time_point time();
  void before_wait(std::optional<std::chrono::milliseconds> timeout);
  void post_drive();
  void drive();
  void end();

  // The operations of the reactor; its parts have more.
  void operate();
  void add_descriptor();
  void drop_descriptor();
  void call_later();
  void advance();
  void post();
  void call_when_running();
  void stop();
  void run_again();

  const bool scripted_;
  net::Socket number_;
  bool begun_ = false;  // run() was called
  bool over_ = false;
  bool stopping_ = false;
  int depth_ = 0;
  int acts_ = 0;
  Calls calls_ = Calls::starting;
  std::string trace_;
  std::vector<std::string> losses_;
  const FuzzedDescriptor* lost_ = nullptr;
  std::error_code loss_;
  int made_ = 0;
  int posts_ = 0;
  std::deque<int> posted_;
  int when_running_ = 0;
  std::deque<int> waiting_for_start_;
  std::vector<std::shared_ptr<FuzzedDescriptor>> descriptors_;
  FuzzedConnections connections_;
};

}  // namespace fuzz
