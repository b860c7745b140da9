// All operations; each byte chooses one.
#include <array>
#include <stdexcept>

#include "model/reactor_model.h"

namespace fuzz {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t max_descriptors = 6;

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

void ReactorModel::post() {
  const int id = ++posts_;
  posted_.push_back(id);
  reactor->call_from_thread([this, id] {
    const CallbackScope scope(*this, "posted", id);
    check(reactor->running(), "nothing posted is called after stop()");
    check(!posted_.empty() && posted_.front() == id,
          "posted calls are made in order");
    posted_.pop_front();
    act();
    maybe_throw("a posted call");
  });
}

void ReactorModel::call_when_running() {
  const int id = ++when_running_;
  const bool at_once = reactor->running();
  if (begun_ && !at_once) return;  // the call would never be made
  if (!at_once) waiting_for_start_.push_back(id);
  bool called = false;
  reactor->call_when_running([this, id, at_once, &called] {
    const CallbackScope scope(*this, "running", id, true);
    if (at_once) {
      called = true;
    } else {
      check(waiting_for_start_.front() == id,
            "calls for the start are made in order");
      waiting_for_start_.pop_front();
    }
    act();
    maybe_throw("a call at the start");
  });
  check(called == at_once, "a running reactor calls at once");
}

// Seldom, so that the reactor runs for some time.
void ReactorModel::stop() {
  if (bytes.below(4) != 1) return;
  const bool running = reactor->running();
  const auto thrown = code_thrown_by([&] { reactor->stop(); });
  check(thrown == (running
                       ? std::error_code()
                       : make_error_code(reactor::Error::reactor_not_running)),
        "only a running reactor is stopped");
  check(!reactor->running(), "a stopped reactor does not run");
}

void ReactorModel::run_again() {
  if (!over_ && !reactor->running()) return;
  check(code_thrown_by([&] { reactor->run(); }) ==
            reactor::Error::reactor_already_running,
        "a reactor does not run in itself");
}

// --- The choice --------------------------------------------------------------

namespace {

using DescriptorOperation = void (FuzzedDescriptor::*)();
using ConnectionOperation = void (FuzzedConnection::*)();

// Some are listed twice, so that they are chosen more often.
constexpr std::array<DescriptorOperation, 16> descriptor_operations{
    &FuzzedDescriptor::add_reader,
    &FuzzedDescriptor::add_writer,
    &FuzzedDescriptor::add_reader,
    &FuzzedDescriptor::add_writer,
    &FuzzedDescriptor::remove_reader,
    &FuzzedDescriptor::remove_writer,
    &FuzzedDescriptor::retain,
    &FuzzedDescriptor::unretain,
    &FuzzedDescriptor::send_from_peer,
    &FuzzedDescriptor::send_from_peer,
    &FuzzedDescriptor::fill,
    &FuzzedDescriptor::drain,
    &FuzzedDescriptor::close_peer,
    &FuzzedDescriptor::close,
    &FuzzedDescriptor::close_without_removing,
    &FuzzedDescriptor::open};
constexpr std::array<ConnectionOperation, 9> connection_operations{
    &FuzzedConnection::write,          &FuzzedConnection::write,
    &FuzzedConnection::lose,           &FuzzedConnection::abort,
    &FuzzedConnection::pause,          &FuzzedConnection::resume,
    &FuzzedConnection::send_from_peer, &FuzzedConnection::listen,
    &FuzzedConnection::close_peer};
constexpr std::array<void (FuzzedConnections::*)(), 7> connecting_operations{
    &FuzzedConnections::start,    &FuzzedConnections::start,
    &FuzzedConnections::listen,   &FuzzedConnections::stop_listening,
    &FuzzedConnections::connect,  &FuzzedConnections::disconnect,
    &FuzzedConnections::reconnect};
constexpr std::array<void (Timers::*)(), 3> timer_operations{
    &Timers::cancel, &Timers::reset, &Timers::delay};

}  // namespace

void ReactorModel::add_descriptor() {
  if (alive.size() == max_descriptors) return;
  descriptors_.push_back(std::make_shared<FuzzedDescriptor>(*this, ++made_));
}

// The reactor may still hold a reference.
void ReactorModel::drop_descriptor() {
  if (descriptors_.empty()) return;
  const auto which = static_cast<long>(bytes.below(descriptors_.size()));
  dropping = true;
  descriptors_.erase(descriptors_.begin() + which);
  dropping = false;
}

// The call may hold the last reference to a descriptor.
void ReactorModel::call_later() {
  const std::size_t which = bytes.below(descriptors_.size() + 1);
  timers.call_later(which < descriptors_.size() ? descriptors_[which]
                                                : nullptr);
}

void ReactorModel::advance() {
  now += std::chrono::microseconds(500) * bytes.below(4);
}

void ReactorModel::operate() {
  static constexpr std::array<void (ReactorModel::*)(), 9> operations{
      &ReactorModel::add_descriptor,
      &ReactorModel::add_descriptor,
      &ReactorModel::drop_descriptor,
      &ReactorModel::advance,
      &ReactorModel::advance,
      &ReactorModel::post,
      &ReactorModel::call_when_running,
      &ReactorModel::run_again,
      &ReactorModel::stop};
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
      return (connections_.*choose(connecting_operations))();
    case 3:
    case 4:
      if (FuzzedConnection* const connection = connections_.any())
        (connection->*choose(connection_operations))();
      return;
    default:
      if (alive.empty()) return add_descriptor();
      return (
          alive[bytes.below(alive.size())]->*choose(descriptor_operations))();
  }
}

}  // namespace fuzz
