#include "model/reactor_model.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <map>
#include <stdexcept>

namespace fuzz {
namespace {

constexpr int max_depth = 3;  // of callbacks that are called at once
constexpr int max_acts = 2000;

}  // namespace

// Stands between the reactor and its poller. It sorts the ready descriptors by
// number, because pollers promise no order; in a scripted run the bytes choose
// them.
class ReactorModel::ScriptedOrder final : public reactor::Poller {
 public:
  ScriptedOrder(ReactorModel& model, std::unique_ptr<reactor::Poller> poller)
      : model_(model),
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
    model_.before_wait(timeout);
    ready_.clear();
    if (poller_) {
      const auto ready = poller_->wait(std::chrono::milliseconds(0));
      ready_.assign(ready.begin(), ready.end());
      std::sort(ready_.begin(), ready_.end(),
                [](const Ready& a, const Ready& b) { return a.fd < b.fd; });
    } else {
      make_random_events();
    }
    for (const auto& [fd, events] : ready_) {
      const auto wanted = wanted_.find(fd);
      check(wanted != wanted_.end() && (wanted->second.read || !events.read) &&
                (wanted->second.write || !events.write),
            "only watched events are reported");
    }
    return ready_;
  }

 private:
  void make_random_events() {
    for (const auto& [fd, wanted] : wanted_) {
      const bool wakes = fd == waker_ && model_.bytes.empty();
      const std::size_t bits = wakes ? 1 : model_.bytes.below(4);
      ready_.push_back({fd,
                        {wanted.read && (bits & 1U) != 0,
                         wanted.write && (bits & 2U) != 0}});
    }
    if (ready_.empty()) return;
    const auto first = model_.bytes.below(ready_.size());
    std::rotate(ready_.begin(), ready_.begin() + static_cast<long>(first),
                ready_.end());
    if (model_.bytes.below(2) == 1) std::reverse(ready_.begin(), ready_.end());
  }

  ReactorModel& model_;
  const std::unique_ptr<reactor::Poller> poller_;
  std::map<int, reactor::Events> wanted_;
  int waker_ = -1;  // the first descriptor that is watched
  std::vector<Ready> ready_;
};

ReactorModel::ReactorModel(std::span<const std::uint8_t> input,
                           const std::string& poller)
    : bytes(input),
      timers(*this),
      scripted_(poller == "scripted"),
      connections_(*this) {
  // Only epoll has a descriptor of its own; with the others one is opened, so
  // that the numbers are the same.
  if (poller != "epoll") number_ = net::Socket(::eventfd(0, EFD_CLOEXEC));
  auto real = scripted_ ? nullptr : reactor::make_poller(poller);
  owner = std::make_unique<reactor::Reactor>(
      std::make_unique<ScriptedOrder>(*this, std::move(real)),
      [this] { return time(); });
  reactor = owner.get();
}

ReactorModel::~ReactorModel() = default;

// --- Callbacks ---------------------------------------------------------------

ReactorModel::CallbackScope::CallbackScope(ReactorModel& model,
                                           const char* what,
                                           int who,
                                           bool at_once)
    : model_(model) {
  check(!model.over_, "no callback after run() has returned");
  check(!model.lost_, "a failing descriptor is notified at once");
  check(model.depth_++ == 0 || at_once, "no callback within another one");
  const std::string line = what + (' ' + std::to_string(who)) + '\n';
  if (model.reactor->running() || model.calls_ == Calls::starting) {
    model.trace_ += line;
  } else {
    model.losses_.push_back(line);
  }
}

ReactorModel::CallbackScope::~CallbackScope() {
  --model_.depth_;
}

// Retained descriptors are notified in any order, so nothing that is compared
// between pollers may depend on it.
void ReactorModel::act() {
  const bool is_comparable =
      scripted_ || calls_ == Calls::starting || reactor->running();
  if (depth_ > max_depth || !is_comparable) return;
  for (std::size_t count = bytes.below(4); count > 0; --count) {
    if (++acts_ < max_acts) operate();
  }
}

void ReactorModel::maybe_throw(std::string_view who) {
  if (bytes.below(16) == 1) throw std::runtime_error(std::string(who));
}

void ReactorModel::expect_loss(const FuzzedDescriptor& descriptor,
                               std::error_code reason) {
  lost_ = &descriptor;
  loss_ = reason;
}

bool ReactorModel::take_loss(const FuzzedDescriptor& descriptor,
                             std::error_code reason) {
  if (!lost_) return false;
  check(lost_ == &descriptor, "only the failing descriptor is notified");
  check(reason == loss_, "a descriptor is told the reason of its failure");
  lost_ = nullptr;
  return true;
}

// Connections are registered, too: only the descriptors are checked.
void ReactorModel::check_tables() const {
  const auto readers = reactor->readers();
  const auto writers = reactor->writers();
  for (FuzzedDescriptor* const descriptor : alive) {
    const auto is_same = [&](const auto& other) {
      return static_cast<reactor::FileDescriptor*>(other.get()) ==
             static_cast<reactor::FileDescriptor*>(descriptor);
    };
    check(std::count_if(readers.begin(), readers.end(), is_same) ==
              descriptor->reads(),
          "readers() returns the registered readers");
    check(std::count_if(writers.begin(), writers.end(), is_same) ==
              descriptor->writes(),
          "writers() returns the registered writers");
  }
}

void ReactorModel::reactor_stopped() {
  check(!reactor->running(),
        "connection_lost is the reason only when the reactor stops");
  if (stopping_) return;
  stopping_ = true;
  for (FuzzedDescriptor* const descriptor : alive) {
    descriptor->reactor_stopped();
  }
}

// --- The loop ----------------------------------------------------------------

// Outside of callbacks, after a wait, the reactor asks for the time when it
// begins to make the delayed calls, if there are any.
reactor::Clock::time_point ReactorModel::time() {
  if (depth_ == 0 && calls_ != Calls::delayed) {
    if (calls_ == Calls::ready) ++phase;
    calls_ = Calls::delayed;
    timers.begin_iteration();
  }
  return now;
}

void ReactorModel::before_wait(
    std::optional<std::chrono::milliseconds> timeout) {
  check(depth_ == 0, "the reactor does not wait in a callback");
  check(!lost_, "a failing descriptor is notified at once");
  if (calls_ != Calls::delayed) {
    check(timers.are_over(), "delayed calls come before the wait");
    time();
  }
  check_tables();
  timers.check_wait(timeout);
  calls_ = Calls::ready;
  ++phase;
  ++iteration;
  trace_ += "wait\n";
}

void ReactorModel::post_drive() {
  reactor->call_from_thread([this] {
    const CallbackScope scope(*this, "drive", 0);
    drive();
  });
}

// Takes at least one byte in each iteration, until none is left.
void ReactorModel::drive() {
  if (!bytes.empty()) {
    post_drive();
    act();
  } else if (reactor->running()) {
    reactor->stop();
  }
}

void ReactorModel::run() {
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

void ReactorModel::end() {
  std::sort(losses_.begin(), losses_.end());
  for (const std::string& line : losses_) {
    trace_ += line;
  }
  check(!lost_, "a failing descriptor is notified at once");
  reactor_stopped();
  for (const FuzzedDescriptor* const descriptor : alive) {
    check(!descriptor->awaits_loss(),
          "all descriptors are notified at the end");
  }
  check(waiting_for_start_.empty(),
        "calls for the start are made at the start");
  if (bytes.below(2) == 1) descriptors_.clear();
  owner.reset();
  reactor = nullptr;
  descriptors_.clear();
  check(alive.empty(), "no descriptor is left");
  timers.check_gone();
  connections_.end();
}

}  // namespace fuzz
