// Everything that can be done, one byte's choice each.
#include <array>
#include <stdexcept>

#include "world/world.h"

namespace fuzz {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_things = 6;

template <typename Call>
std::error_code code_thrown_by(Call call) {
  try {
    call();
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

}  // namespace

// --- The reactor -------------------------------------------------------------

void World::post() {
  const int id = ++posts_;
  posted_.push_back(id);
  reactor->call_from_thread([this, id] {
    const Visit visit(*this, "posted", id);
    check(reactor->running(), "nothing posted is called after stop()");
    check(!posted_.empty() && posted_.front() == id,
          "what is posted is called in order");
    posted_.pop_front();
    act();
    maybe_throw("a posted call");
  });
}

void World::call_when_running() {
  const int id = ++when_running_;
  const bool at_once = reactor->running();
  if (begun_ && !at_once) return;  // it would never come
  if (!at_once) waiting_for_start_.push_back(id);
  bool called = false;
  reactor->call_when_running([this, id, at_once, &called] {
    const Visit visit(*this, "running", id, true);
    if (at_once) {
      called = true;
    } else {
      check(waiting_for_start_.front() == id,
            "what waits for the start is called in order");
      waiting_for_start_.pop_front();
    }
    act();
    maybe_throw("a call at the start");
  });
  check(called == at_once, "a running reactor calls at once");
}

// Seldom, or it would all be over too soon.
void World::stop() {
  if (bytes.below(4) != 1) return;
  const bool running = reactor->running();
  const auto thrown = code_thrown_by([&] { reactor->stop(); });
  check(thrown == (running
                       ? std::error_code()
                       : make_error_code(reactor::Error::reactor_not_running)),
        "only what runs is stopped");
  check(!reactor->running(), "what is stopped does not run");
}

void World::run_again() {
  if (!over_ && !reactor->running()) return;
  check(code_thrown_by([&] { reactor->run(); }) ==
            reactor::Error::reactor_already_running,
        "a reactor does not run in itself");
}

// --- The choice --------------------------------------------------------------

namespace {

using ThingOperation = void (Thing::*)();
using TalkOperation = void (Talk::*)();

// Some stand here twice, so that they are done more often.
constexpr std::array<ThingOperation, 16> thing_operations{
    &Thing::add_reader, &Thing::add_writer,    &Thing::add_reader,
    &Thing::add_writer, &Thing::remove_reader, &Thing::remove_writer,
    &Thing::keep,       &Thing::forget,        &Thing::hear,
    &Thing::hear,       &Thing::fill,          &Thing::drain,
    &Thing::hang_up,    &Thing::close,         &Thing::close_rudely,
    &Thing::open};
constexpr std::array<TalkOperation, 9> talk_operations{
    &Talk::write,  &Talk::write, &Talk::lose,   &Talk::abort,  &Talk::pause,
    &Talk::resume, &Talk::hear,  &Talk::listen, &Talk::hang_up};
constexpr std::array<void (Talks::*)(), 7> talks_operations{
    &Talks::start,          &Talks::start,   &Talks::listen,
    &Talks::stop_listening, &Talks::connect, &Talks::disconnect,
    &Talks::reconnect};
constexpr std::array<void (Timers::*)(), 3> timer_operations{
    &Timers::cancel, &Timers::reset, &Timers::delay};

}  // namespace

void World::add_thing() {
  if (alive.size() == most_things) return;
  things_.push_back(std::make_shared<Thing>(*this, ++made_));
}

// The reactor may hold it still.
void World::drop_thing() {
  if (things_.empty()) return;
  const auto which = static_cast<long>(bytes.below(things_.size()));
  dropping = true;
  things_.erase(things_.begin() + which);
  dropping = false;
}

// Which may be the last to hold somebody.
void World::call_later() {
  const std::size_t which = bytes.below(things_.size() + 1);
  timers.call_later(which < things_.size() ? things_[which] : nullptr);
}

void World::advance() {
  now += std::chrono::microseconds(500) * bytes.below(4);
}

void World::operate() {
  static constexpr std::array<void (World::*)(), 9> operations{
      &World::add_thing,         &World::add_thing, &World::drop_thing,
      &World::advance,           &World::advance,   &World::post,
      &World::call_when_running, &World::run_again, &World::stop};
  const auto choose = [&](const auto& from) {
    return from[bytes.below(from.size())];
  };
  switch (bytes.below(8)) {
    case 0:
      return (this->*choose(operations))();
    case 1:
      if (bytes.below(2) == 1) return call_later();
      return (timers.*choose(timer_operations))();
    case 2:
      return (talks_.*choose(talks_operations))();
    case 3:
    case 4:
      if (Talk* const talk = talks_.any()) (talk->*choose(talk_operations))();
      return;
    default:
      if (alive.empty()) return add_thing();
      return (alive[bytes.below(alive.size())]->*choose(thing_operations))();
  }
}

}  // namespace fuzz
