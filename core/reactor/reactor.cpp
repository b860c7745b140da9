#include "reactor/reactor.h"

#include <algorithm>
#include <utility>

#include "reactor/guard.h"
#include "tcp/tcp.h"

namespace reactor {

Reactor::Reactor(std::unique_ptr<Poller> poller,
                 std::function<Clock::time_point()> clock)
    : clock_(std::move(clock)),
      poller_(std::move(poller)),
      waker_(std::make_shared<Waker>([this](const auto& callback) {
        if (running()) guarded(nullptr, callback);
      })),
      calls_(std::make_shared<TimerQueue>(clock_)) {
  add_reader(waker_);
}

// Who is left may take leave of us while all of us is still here.
Reactor::~Reactor() {
  {
    const auto watches = std::exchange(watches_, {});
    const auto kept = std::exchange(kept_, {});
  }
  calls_->close();
}

// --- The loop ----------------------------------------------------------------

void Reactor::run() {
  if (state_ == State::stopped) {
    throw std::system_error(Error::reactor_not_restartable);
  }
  if (state_ != State::not_started) {
    throw std::system_error(Error::reactor_already_running);
  }
  state_ = State::running;
  for (const auto& callback : std::exchange(when_running_, {})) {
    guarded(nullptr, callback);
  }
  release();
  try {
    while (running()) {
      run_due_calls();
      release();
      do_iteration();
      release();
    }
  } catch (const std::system_error&) {
    // There is no way to wait any more; who is left has to be told all the
    // same.
    state_ = State::stopping;
    end();
    throw;
  }
  end();
}

void Reactor::end() {
  disconnect_all();
  release();
  waker_->restore_signals();
  state_ = State::stopped;
}

void Reactor::stop() {
  if (!running()) throw std::system_error(Error::reactor_not_running);
  state_ = State::stopping;
}

bool Reactor::running() const {
  return state_ == State::running;
}

void Reactor::call_when_running(std::function<void()> callback) {
  if (running()) {
    guarded(nullptr, callback);
  } else {
    when_running_.push_back(std::move(callback));
  }
}

void Reactor::run_due_calls() {
  if (!calls_->begin_iteration()) return;
  while (const auto callback = calls_->take_due()) {
    guarded(nullptr, callback);
  }
}

// Who is registered from now on was not waited for: it may have got the number
// of somebody who is ready, but its own turn comes in the next round.
void Reactor::do_iteration() {
  const auto ready = poller_->wait(timeout());
  ++round_;
  for (const auto& [fd, events] : ready) {
    if (events.read) read(fd);
    if (events.write) write(fd);
  }
}

std::optional<std::chrono::milliseconds> Reactor::timeout() const {
  using std::chrono::milliseconds;
  if (!running()) return milliseconds(0);
  const auto next = calls_->next();
  if (!next) return std::nullopt;
  const auto now = this->now();
  if (*next <= now) return milliseconds(0);
  // Rounded up: waking too early would mean to wait once more.
  return std::min(std::chrono::ceil<milliseconds>(*next - now),
                  milliseconds(std::chrono::hours(24)));
}

// Nothing the reactor holds dies while a callback runs: what is removed is only
// put aside, and released here: before the wait, which may be long, and after
// it. Who dies may remove others.
void Reactor::release() {
  while (!released_.empty() || calls_->has_cancelled()) let_go();
}

void Reactor::let_go() {
  std::swap(released_, releasing_);
  releasing_.clear();
  calls_->destroy_cancelled();
}

// --- Who is called -----------------------------------------------------------

void Reactor::read(int fd) {
  const Watch& watch = watches_[static_cast<std::size_t>(fd)];
  if (!watch.reader || watch.read_since == round_) return;
  ReadDescriptor& reader = *watch.reader;
  called(fd, reader, guarded(&reader, [&] { return reader.do_read(); }));
}

void Reactor::write(int fd) {
  const Watch& watch = watches_[static_cast<std::size_t>(fd)];
  if (!watch.writer || watch.write_since == round_) return;
  WriteDescriptor& writer = *watch.writer;
  called(fd, writer, guarded(&writer, [&] { return writer.do_write(); }));
}

// A template, which spares each event the way to a virtual base.
template <typename Descriptor>
void Reactor::called(int fd, Descriptor& descriptor, std::error_code why) {
  const Watch& watch = watches_[static_cast<std::size_t>(fd)];
  if (!why && watch.owner.get() == &descriptor && descriptor.fileno() != fd) {
    why = Error::descriptor_closed;
  }
  if (why) disconnect(fd, descriptor, why);
}

void Reactor::disconnect(int fd, FileDescriptor& lost, std::error_code reason) {
  if (watches_[static_cast<std::size_t>(fd)].owner.get() == &lost) unwatch(fd);
  lose(lost, reason);
}

// Who was called, or kept, may have registered with another number meanwhile.
void Reactor::lose(FileDescriptor& lost, std::error_code reason) {
  if (const int fd = registered_as(lost); fd >= 0) unwatch(fd);
  forget(lost);
  guarded(&lost, [&] { lost.connection_lost(reason); });
}

// Each once, unless somebody who was told before has removed him. Who comes
// while the others leave is not told: that could go on for ever.
void Reactor::disconnect_all() {
  const auto watches = watches_;
  auto kept = kept_;
  for (std::size_t fd = 0; fd < watches.size(); ++fd) {
    const auto& owner = watches[fd].owner;
    if (!owner || owner == waker_ || watches_[fd].owner != owner) continue;
    kept.erase(owner.get());
    disconnect(static_cast<int>(fd), *owner, Error::connection_lost);
  }
  for (const auto& [key, descriptor] : kept) {
    if (kept_.contains(key)) lose(*descriptor, Error::connection_lost);
  }
}

// --- Time, TCP, threads and signals ------------------------------------------

Clock::time_point Reactor::now() const {
  return clock_();
}

DelayedCall Reactor::call_later(Clock::duration delay,
                                std::function<void()> callback) {
  return calls_->add(delay, std::move(callback));
}

std::shared_ptr<Connector> Reactor::connect_tcp(
    const std::string& host,
    std::uint16_t port,
    std::shared_ptr<ClientFactory> factory,
    Clock::duration timeout) {
  return start_connector(*this, *this, {host, port}, std::move(factory),
                         timeout);
}

std::shared_ptr<ListeningPort> Reactor::listen_tcp(
    const net::Address& address, std::shared_ptr<ProtocolFactory> factory) {
  return start_port(*this, *this, address, std::move(factory));
}

void Reactor::call_from_thread(std::function<void()> callback) {
  waker_->call_from_thread(std::move(callback));
}

void Reactor::call_on_signal(int signum, std::function<void()> callback) {
  waker_->call_on_signal(signum, std::move(callback));
}

}  // namespace reactor
