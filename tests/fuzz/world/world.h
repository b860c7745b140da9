// A reactor, everything that can be registered with it, and a list of what must
// not happen. Bytes decide what is done, before it runs and in every callback;
// each callback is checked against a model of who may be called just now.
//
// Who is in it: Thing, a plain descriptor; Timers; Talk, a connection.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "net/socket.h"
#include "reactor/reactor.h"
#include "world/bytes.h"
#include "world/talk.h"
#include "world/thing.h"
#include "world/timers.h"

namespace fuzz {

class World {
 public:
  // With "scripted" the bytes say who is ready, too, whether or not that is so:
  // a poller may be wrong. The others are real, and must not differ.
  World(std::span<const std::uint8_t> bytes, const std::string& poller);
  ~World();

  // Until the bytes are over. Aborts if a promise is broken.
  void run();

  // Who was called, in order.
  const std::string& trace() const { return trace_; }

  // --- For those who live here -----------------------------------------------

  // Stands at the top of every callback. None comes from within another one,
  // but for those that are called at once.
  class Visit {
   public:
    Visit(World& world, const char* what, int who, bool at_once = false);
    ~Visit();

   private:
    World& world_;
  };

  // Some operations, and whether to throw.
  void act();
  void maybe_throw(std::string_view who);

  // The next callback has to be this one's connection_lost().
  void expect_loss(const Thing& thing, std::error_code reason);
  // Says whether it was expected.
  bool take_loss(const Thing& thing, std::error_code reason);

  // The registered ones are those that the reactor names.
  void check_tables() const;

  // Of which only what takes leave is called any more.
  void leave();

  bool is_scripted() const { return scripted_; }
  bool in_callback() const { return depth_ > 0; }
  Talks& talks() { return talks_; }

  Bytes bytes;
  std::unique_ptr<reactor::Reactor> owner;
  reactor::Reactor* reactor = nullptr;  // in its destructor, too
  reactor::Clock::time_point now{std::chrono::hours(1)};
  std::uint64_t round = 1;  // one more with every wait
  std::uint64_t phase = 0;  // one more whenever somebody is let go of
  bool dropping = false;  // the world gives up a share of somebody
  std::vector<Thing*> alive;
  Timers timers;

 private:
  class Gate;
  friend Visit;
  // What is removed is let go of after `delayed` and after `ready`.
  enum class Calls { starting, delayed, ready };

  reactor::Clock::time_point tell_time();
  void before_wait(std::optional<std::chrono::milliseconds> timeout);
  void post_drive();
  void drive();
  void end();

  // What the bytes can ask for: these, and what the others have.
  void operate();
  void add_thing();
  void drop_thing();
  void call_later();
  void advance();
  void post();
  void call_when_running();
  void stop();
  void run_again();

  const bool scripted_;
  net::Socket number_;
  bool begun_ = false;  // run() is called
  bool over_ = false;
  bool leaving_ = false;
  int depth_ = 0;
  int acts_ = 0;
  Calls calls_ = Calls::starting;
  std::string trace_;
  std::vector<std::string> farewells_;
  const Thing* loser_ = nullptr;
  std::error_code loss_;
  int made_ = 0;
  int posts_ = 0;
  std::deque<int> posted_;
  int when_running_ = 0;
  std::deque<int> waiting_for_start_;
  std::vector<std::shared_ptr<Thing>> things_;
  Talks talks_;
};

}  // namespace fuzz
