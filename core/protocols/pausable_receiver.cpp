#include "protocols/pausable_receiver.h"

#include <utility>

namespace reactor {

void PausableReceiver::data_received(std::string_view data) {
  arrived_ += data;
  deliver();
}

void PausableReceiver::pause_producing() {
  paused_ = true;
  transport().pause_producing();
}

// Resumes the transport first: a callback may pause again, or throw.
void PausableReceiver::resume_producing() {
  paused_ = false;
  transport().resume_producing();
  deliver();
}

// The outermost call loops; a call from within a callback returns at once.
void PausableReceiver::deliver() {
  if (delivering_) return;
  struct Delivering {
    explicit Delivering(bool& flag)
        : on(flag) {
      on = true;
    }
    ~Delivering() { on = false; }
    bool& on;
  } delivering(delivering_);
  do {
    take_arrived();
  } while (!paused_ && !transport().disconnecting() && deliver_one());
  drop_parsed();
}

void PausableReceiver::take_arrived() {
  if (arrived_.empty()) return;
  received_.erase(0, std::exchange(parsed_, 0));
  received_ += arrived_;
  std::string().swap(arrived_);
}

// Moves the unparsed bytes to the front. While paused they may be many pieces,
// and a protocol that pauses at each piece must not move them each time; they
// stay. Otherwise they are the beginning of one piece, which is moved once.
void PausableReceiver::drop_parsed() {
  if (transport().disconnecting()) clear();
  if (parsed_ == 0 || (paused_ && parsed_ < received_.size())) return;
  std::string(received_, std::exchange(parsed_, 0)).swap(received_);
}

std::string_view PausableReceiver::unparsed() const {
  return std::string_view(received_).substr(parsed_);
}

void PausableReceiver::consume(std::size_t size) {
  parsed_ += size;
}

bool PausableReceiver::take_back(std::string_view end) {
  const bool is_end = end.data() + end.size() == received_.data() + parsed_;
  if (!is_end || end.size() > parsed_) return false;
  parsed_ -= end.size();
  return true;
}

std::string PausableReceiver::clear() {
  std::string all(unparsed());
  all += std::exchange(arrived_, {});
  parsed_ = received_.size();
  return all;
}

}  // namespace reactor
