#include "tcp/outgoing.h"

#include <sys/socket.h>

#include <utility>

#include "net/socket.h"

namespace reactor {
namespace {

constexpr std::size_t high_water = 65536;  // more unsent bytes pause a producer

}  // namespace

std::error_code ignore_would_block(const std::error_code& error) {
  const bool would_block = error == std::errc::operation_would_block ||
                           error == std::errc::interrupted;
  return would_block ? std::error_code() : error;
}

std::error_code send_some(int fd, std::string_view& data) {
  const ssize_t n = ::send(fd, data.data(), data.size(), MSG_NOSIGNAL);
  if (n < 0) return ignore_would_block(net::last_error());
  data.remove_prefix(static_cast<std::size_t>(n));
  return {};
}

void Outgoing::clear() {
  unsent_.clear();
  sent_ = 0;
  if (unsent_.capacity() > high_water) unsent_.shrink_to_fit();
}

void Outgoing::send(int fd) {
  std::string_view data = unsent_;
  data.remove_prefix(sent_);
  end_reason = send_some(fd, data);
  sent_ = unsent_.size() - data.size();
  // So seldom that moving the remaining bytes costs less than sending did.
  if (sent_ >= unsent_.size() / 2) unsent_.erase(0, std::exchange(sent_, 0));
}

void Outgoing::set_producer(std::shared_ptr<Producer> producer,
                            bool streaming) {
  producer_ = std::move(producer);
  is_push_producer_ = streaming;
  is_waiting_ = !streaming;
}

void Outgoing::written() {
  if (has_pull_producer()) is_waiting_ = true;
  if (!has_producer() || is_waiting_ || size() <= high_water) return;
  is_waiting_ = true;
  producer_->pause_producing();
}

void Outgoing::resume_producer() {
  is_waiting_ = false;
  producer_->resume_producing();
}

}  // namespace reactor
