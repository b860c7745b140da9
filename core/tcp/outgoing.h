// The unsent bytes of a connection, and the producer that writes more.
//                                                   twisted.internet.abstract
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "reactor/producer.h"

namespace reactor {

// Returns no error for EWOULDBLOCK and EINTR.
std::error_code ignore_would_block(const std::error_code& error);

// Sends what the system takes, and removes it from `data`.
std::error_code send_some(int fd, std::string_view& data);

// Most connections never need one.
class Outgoing {
 public:
  std::size_t size() const { return unsent_.size() - sent_; }
  void append(std::string_view data) { unsent_ += data; }
  // Also frees memory that only a large write needed.
  void clear();
  void send(int fd);

  bool has_producer() const { return producer_ != nullptr; }
  bool has_pull_producer() const {
    return has_producer() && !is_push_producer_;
  }
  void set_producer(std::shared_ptr<Producer> producer, bool streaming);
  std::shared_ptr<Producer> take_producer() { return std::move(producer_); }

  // Whether the producer waits for resume_producing(). A pull producer does
  // when it is new, and after each write.
  bool is_producer_waiting() const { return has_producer() && is_waiting_; }
  void written();
  void resume_producer();

  // Why the connection ends, if that is known before the reactor finds it out.
  std::error_code end_reason;

 private:
  std::string unsent_;
  std::size_t sent_ = 0;  // of unsent_
  std::shared_ptr<Producer> producer_;
  bool is_push_producer_ = false;
  bool is_waiting_ = false;
};

}  // namespace reactor
