#include "world/world.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace fuzz {
namespace {

constexpr int deepest = 3;  // callbacks that call back at once
constexpr int most_acts = 2000;

}  // namespace

// Stands between the reactor and its poller: what is ready is called in the
// order of numbers, which no poller promises, or as the bytes say.
class World::Gate final : public reactor::Poller {
 public:
  Gate(World& world, std::unique_ptr<reactor::Poller> poller)
      : world_(world),
        poller_(std::move(poller)) {}

  void watch(int fd, reactor::Events events) override {
    if (poller_) poller_->watch(fd, events);
    waker_ = wanted_.empty() ? fd : waker_;
    if (events == reactor::Events()) {
      wanted_.erase(fd);
    } else {
      wanted_[fd] = events;
    }
  }

  std::span<const Ready> wait(
      std::optional<std::chrono::milliseconds> timeout) override {
    world_.before_wait(timeout);
    ready_.clear();
    if (poller_) {
      const auto ready = poller_->wait(std::chrono::milliseconds(0));
      ready_.assign(ready.begin(), ready.end());
      std::sort(ready_.begin(), ready_.end(),
                [](const Ready& a, const Ready& b) { return a.fd < b.fd; });
    } else {
      make_up();
    }
    for (const auto& [fd, events] : ready_) {
      const auto wanted = wanted_.find(fd);
      check(wanted != wanted_.end() && (wanted->second.read || !events.read) &&
                (wanted->second.write || !events.write),
            "nobody is ready for what he does not wait for");
    }
    return ready_;
  }

 private:
  void make_up() {
    for (const auto& [fd, wanted] : wanted_) {
      const bool wakes = fd == waker_ && world_.bytes.empty();
      const std::size_t bits = wakes ? 1 : world_.bytes.below(4);
      ready_.push_back({fd,
                        {wanted.read && (bits & 1U) != 0,
                         wanted.write && (bits & 2U) != 0}});
    }
    if (ready_.empty()) return;
    const auto first = world_.bytes.below(ready_.size());
    std::rotate(ready_.begin(), ready_.begin() + static_cast<long>(first),
                ready_.end());
    if (world_.bytes.below(2) == 1) std::reverse(ready_.begin(), ready_.end());
  }

  World& world_;
  const std::unique_ptr<reactor::Poller> poller_;
  std::map<int, reactor::Events> wanted_;
  int waker_ = -1;  // the first one there was
  std::vector<Ready> ready_;
};

World::World(std::span<const std::uint8_t> input, const std::string& poller)
    : bytes(input),
      timers(*this),
      scripted_(poller == "scripted"),
      talks_(*this) {
  // Only epoll takes a number for itself; with the others it is left out, since
  // numbers have to be the same.
  if (poller != "epoll") number_ = net::Socket(::eventfd(0, EFD_CLOEXEC));
  auto real = scripted_ ? nullptr : reactor::make_poller(poller);
  owner = std::make_unique<reactor::Reactor>(
      std::make_unique<Gate>(*this, std::move(real)),
      [this] { return tell_time(); });
  reactor = owner.get();
}

World::~World() = default;

// --- Callbacks ---------------------------------------------------------------

World::Visit::Visit(World& world, const char* what, int who, bool at_once)
    : world_(world) {
  check(!world.over_, "nobody is called once run() has returned");
  check(!world.loser_, "who is lost is told at once");
  check(world.depth_++ == 0 || at_once, "nobody is called from within");
  const std::string line = what + (' ' + std::to_string(who)) + '\n';
  if (world.reactor->running() || world.calls_ == Calls::starting) {
    world.trace_ += line;
  } else {
    world.farewells_.push_back(line);
  }
}

World::Visit::~Visit() {
  --world_.depth_;
}

// Who is kept takes leave in any order, so that to compare pollers nothing may
// depend on it.
void World::act() {
  const bool is_comparable =
      scripted_ || calls_ == Calls::starting || reactor->running();
  if (depth_ > deepest || !is_comparable) return;
  for (std::size_t count = bytes.below(4); count > 0; --count) {
    if (++acts_ < most_acts) operate();
  }
}

void World::maybe_throw(std::string_view who) {
  if (bytes.below(16) == 1) throw std::runtime_error(std::string(who));
}

void World::expect_loss(const Thing& thing, std::error_code reason) {
  loser_ = &thing;
  loss_ = reason;
}

bool World::take_loss(const Thing& thing, std::error_code reason) {
  if (!loser_) return false;
  check(loser_ == &thing, "who failed is told, and nobody else");
  check(reason == loss_, "who failed is told why");
  loser_ = nullptr;
  return true;
}

// Connections are there, too: only things are looked for.
void World::check_tables() const {
  const auto readers = reactor->readers();
  const auto writers = reactor->writers();
  for (Thing* const thing : alive) {
    const auto is_thing = [&](const auto& descriptor) {
      return static_cast<reactor::FileDescriptor*>(descriptor.get()) ==
             static_cast<reactor::FileDescriptor*>(thing);
    };
    check(std::count_if(readers.begin(), readers.end(), is_thing) ==
              thing->reads(),
          "the readers are those who are registered");
    check(std::count_if(writers.begin(), writers.end(), is_thing) ==
              thing->writes(),
          "the writers are those who are registered");
  }
}

void World::leave() {
  check(!reactor->running(), "connection_lost means that the reactor stops");
  if (leaving_) return;
  leaving_ = true;
  for (Thing* const thing : alive) {
    thing->leave();
  }
}

// --- The loop ----------------------------------------------------------------

// Outside of all callbacks, behind a wait, the reactor asks for the time when
// it begins to make the delayed calls; unless there are none.
reactor::Clock::time_point World::tell_time() {
  if (depth_ == 0 && calls_ != Calls::delayed) {
    if (calls_ == Calls::ready) ++phase;
    calls_ = Calls::delayed;
    timers.begin_pass();
  }
  return now;
}

void World::before_wait(std::optional<std::chrono::milliseconds> timeout) {
  check(depth_ == 0, "nobody waits in a callback");
  check(!loser_, "who is lost is told at once");
  if (calls_ != Calls::delayed) {
    check(timers.are_over(), "delayed calls come before the wait");
    tell_time();
  }
  check_tables();
  timers.check_wait(timeout);
  calls_ = Calls::ready;
  ++phase;
  ++round;
  trace_ += "wait\n";
}

void World::post_drive() {
  reactor->call_from_thread([this] {
    const Visit visit(*this, "drive", 0);
    drive();
  });
}

// One byte at least in each round, until they are over.
void World::drive() {
  if (!bytes.empty()) {
    post_drive();
    act();
  } else if (reactor->running()) {
    reactor->stop();
  }
}

void World::run() {
  ++depth_;
  for (int i = 0; i < 4; ++i) {
    act();
  }
  post_drive();
  --depth_;
  begun_ = true;
  reactor->run();
  over_ = true;
  end();
}

void World::end() {
  std::sort(farewells_.begin(), farewells_.end());
  for (const std::string& line : farewells_) {
    trace_ += line;
  }
  check(!loser_, "who is lost is told at once");
  leave();
  for (const Thing* const thing : alive) {
    check(!thing->is_forgotten(), "whoever is left is told at the end");
  }
  check(waiting_for_start_.empty(), "what waits for the start is called then");
  if (bytes.below(2) == 1) things_.clear();
  owner.reset();
  reactor = nullptr;
  things_.clear();
  check(alive.empty(), "nobody is left");
  timers.check_gone();
  talks_.end();
}

}  // namespace fuzz
