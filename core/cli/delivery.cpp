#include "cli/delivery.h"

#include <algorithm>

#include <fmt/core.h>
#include <spdlog/spdlog.h>

namespace cli {

Delivery::Delivery(const ServerOptions& options, const net::Address& client)
    : options_(options) {
  if (options.quiet) return;
  fmt::print("Somebody at {} wants poetry!\n", to_string(client));
}

void Delivery::open() {
  poem_.emplace(options_.poetry_file, options_.repeat);
  due_ = Clock::now();
  end_ = poem_->size();
  if (!options_.fail_after || *options_.fail_after > end_) return;
  end_ = *options_.fail_after;
  ending_ = options_.fail;
}

void Delivery::begin_chunk() {
  const std::size_t size = std::min(options_.num_bytes, end_ - sent_);
  if (!options_.quiet) fmt::print("Sending {} bytes\n", size);
  chunk_end_ = sent_ + size;
}

std::string_view Delivery::next() try {
  if (!poem_) open();
  if (sent_ == end_) {
    spdlog::debug("sent {} of {} bytes", sent_, poem_->size());
    return {};
  }
  if (sent_ == chunk_end_) begin_chunk();
  return poem_->read(sent_, chunk_end_ - sent_);
} catch (const std::exception& error) {
  spdlog::error("{}", error.what());
  ending_ = "close";
  end_ = sent_;
  return {};
}

// The pause begins when the chunk was due. Otherwise each pause would be a bit
// too long. A client that kept the server waiting is not sent everything at
// once: for it, the pause begins now.
Clock::duration Delivery::pause() {
  if (!poem_ || sent_ < chunk_end_) return Clock::duration::zero();
  due_ += options_.delay;
  const auto now = Clock::now();
  if (due_ < now) due_ = now + options_.delay;
  return due_ - now;
}

void Delivery::failed(std::error_code reason) const {
  if (sent_ == end_) return;
  const bool late = reason == std::errc::operation_would_block ||
                    reason == std::errc::timed_out;
  spdlog::warn("client {} after {} of {} bytes",
               late ? "took nothing for too long" : "went away", sent_,
               poem_->size());
}

}  // namespace cli
