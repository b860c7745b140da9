#include "reactor/reactor.h"

#include <algorithm>
#include <utility>

#include "reactor/guard.h"
#include "reactor/loop/timer_queue.h"
#include "reactor/loop/waker.h"
#include "tcp/connector.h"
#include "tcp/port.h"

namespace reactor {

using std::chrono::milliseconds;

namespace {

// Rounded up: if the loop woke up too early, it would have to wait again. At
// most a day, since a poller counts them in an int.
milliseconds to_milliseconds(Clock::duration time) {
  return std::clamp<milliseconds>(std::chrono::ceil<milliseconds>(time),
                                  milliseconds(0), std::chrono::hours(24));
}

}  // namespace

Reactor::Reactor(std::unique_ptr<Poller> poller,
                 std::function<Clock::time_point()> clock)
    : clock_(std::move(clock)),
      poller_(std::move(poller)),
      calls_(std::make_shared<TimerQueue>(clock_)),
      waker_(std::make_shared<Waker>([this](const auto& callback) {
        if (running()) guarded(nullptr, callback);
      })) {
  add_reader(waker_);
}

// Destroy descriptors and callbacks while all members still exist: their
// destructors may call the reactor.
Reactor::~Reactor() {
  waker_->restore_signals();
  {
    const auto when_running = std::exchange(when_running_, {});
    const auto registrations = std::exchange(registrations_, {});
    const auto retained = std::exchange(retained_, {});
  }
  calls_->close();
  destroy_removed();
}

// --- The loop ----------------------------------------------------------------

void Reactor::run() {
  start();
  max_wait_.reset();
  while (running()) {
    do_iteration();
  }
  end();
}

void Reactor::iterate(Duration max_wait) {
  start();
  max_wait_ = to_milliseconds(max_wait);
  if (running()) do_iteration();
  if (!running()) end();
  is_iterating_ = false;
}

// The first run() or iterate() starts the reactor.
void Reactor::start() {
  if (is_iterating_) throw std::system_error(Error::reactor_already_running);
  if (state_ == State::stopped) {
    throw std::system_error(Error::reactor_not_restartable);
  }
  is_iterating_ = true;
  if (state_ != State::not_started) return;
  state_ = State::running;
  for (const auto& callback : std::exchange(when_running_, {})) {
    guarded(nullptr, callback);
  }
  destroy_removed();
}

// A descriptor that is added after the wait may reuse a number that is in
// `ready`; it is not called before the next wait.
void Reactor::do_iteration() try {
  run_due_calls();
  if (has_removed()) destroy_removed();
  auto wait = timeout();
  if (max_wait_) wait = std::min(wait.value_or(*max_wait_), *max_wait_);
  const auto ready = poller_->wait(wait);
  ++iteration_;
  for (const auto& [fd, events] : ready) {
    if (events.read) read(fd, events.closed);
    if (events.write) write(fd, events);
  }
  if (has_removed()) destroy_removed();
} catch (const std::system_error&) {
  // The poller cannot wait any more: end() calls each connection_lost().
  state_ = State::stopping;
  end();
  throw;
}

void Reactor::run_due_calls() {
  if (!calls_->begin_iteration()) return;
  while (const auto callback = calls_->take_due()) {
    guarded(nullptr, callback);
  }
}

std::optional<milliseconds> Reactor::timeout() const {
  if (!running()) return milliseconds(0);
  const auto next = calls_->next();
  if (!next) return std::nullopt;
  const auto now = this->now();
  if (*next <= now) return milliseconds(0);
  return to_milliseconds(*next - now);
}

inline bool Reactor::has_removed() const {
  return !doomed_.empty() || calls_->has_cancelled();
}

// Destructors may remove further descriptors and cancel further calls, so
// repeat.
void Reactor::destroy_removed() {
  while (has_removed()) {
    std::swap(doomed_, destroying_);
    destroying_.clear();
    calls_->destroy_cancelled();
  }
}

void Reactor::end() {
  disconnect_all();
  destroy_removed();
  waker_->restore_signals();
  state_ = State::stopped;
  is_iterating_ = false;
}

void Reactor::stop() {
  if (!running()) throw std::system_error(Error::reactor_not_running);
  state_ = State::stopping;
}

void Reactor::call_when_running(std::function<void()> callback) {
  if (running()) {
    guarded(nullptr, callback);
  } else {
    when_running_.push_back(std::move(callback));
  }
}

// --- Calling descriptors -----------------------------------------------------

// A callback may close a descriptor without removing it.
inline void Reactor::check_open(int fd) {
  FileDescriptor* const owner = at(fd).owner.get();
  if (!owner || owner->fileno() == fd) return;
  disconnect(fd, *owner, Error::descriptor_closed);
}

// If no file is open with this number, the descriptor is lost in any case.
void Reactor::read(int fd, bool closed) {
  const Registration& registration = at(fd);
  ReadDescriptor* const reader = registration.reader;
  if (!reader || registration.reader_since == iteration_) return;
  auto reason = guarded(reader, [&] { return reader->do_read(); });
  if (!reason && closed && at(fd).reader == reader) {
    reason = Error::descriptor_closed;
  }
  reason ? disconnect(fd, *reader, reason) : check_open(fd);
}

void Reactor::write(int fd, const Events& now) {
  const Registration& registration = at(fd);
  WriteDescriptor* const writer = registration.writer;
  if (!writer || registration.writer_since == iteration_) return;
  auto reason = guarded(writer, [&] { return writer->do_write(); });
  // A write to a terminal whose other side is closed reports no error: it would
  // block, and the terminal would stay ready for ever.
  if (!reason && (now.hung_up || now.closed) && at(fd).writer == writer) {
    reason = now.closed ? Error::descriptor_closed : Error::connection_lost;
  }
  reason ? disconnect(fd, *writer, reason) : check_open(fd);
}

void Reactor::disconnect(int fd, FileDescriptor& lost, std::error_code reason) {
  if (at(fd).owner.get() == &lost) assign(fd, nullptr, nullptr);
  lose(lost, reason);
}

// The callback may have registered the descriptor again, with another number.
void Reactor::lose(FileDescriptor& lost, std::error_code reason) {
  if (const int fd = fd_of(lost); fd >= 0) assign(fd, nullptr, nullptr);
  unretain(lost);
  guarded(&lost, [&] { lost.connection_lost(reason); });
}

// Notifies each registered or retained descriptor once, except those that an
// earlier callback removed. Those that are added meanwhile are not notified:
// that might never end.
void Reactor::disconnect_all() {
  std::vector<std::pair<int, std::shared_ptr<FileDescriptor>>> registered;
  for (int fd = 0; fd < static_cast<int>(registrations_.size()); ++fd) {
    const auto& owner = at(fd).owner;
    if (owner && owner != waker_) registered.emplace_back(fd, owner);
  }
  auto retained = retained_;
  for (const auto& [fd, owner] : registered) {
    if (at(fd).owner != owner && !retained_.contains(owner.get())) continue;
    retained.erase(owner.get());
    disconnect(fd, *owner, Error::connection_lost);
  }
  for (const auto& [key, descriptor] : retained) {
    if (retained_.contains(key)) lose(*descriptor, Error::connection_lost);
  }
}

// --- Time, TCP, threads and signals ------------------------------------------

DelayedCall Reactor::call_later(Duration delay,
                                std::function<void()> callback) {
  return TimerQueue::add(calls_, delay, std::move(callback));
}

std::shared_ptr<Connector> Reactor::connect_tcp(
    const std::string& host,
    std::uint16_t port,
    std::shared_ptr<ClientFactory> factory,
    Duration timeout) {
  return start_connector(*this, {host, port}, std::move(factory), timeout);
}

std::shared_ptr<ListeningPort> Reactor::listen_tcp(
    const net::Address& address, std::shared_ptr<ProtocolFactory> factory) {
  return start_port(*this, address, std::move(factory));
}

void Reactor::call_from_thread(std::function<void()> callback) {
  waker_->call_from_thread(std::move(callback));
}

void Reactor::call_on_signal(int signum, std::function<void()> callback) {
  waker_->call_on_signal(signum, std::move(callback));
}

}  // namespace reactor
