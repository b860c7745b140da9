// A poem on its way to one client, in chunks.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "cli/elapsed.h"
#include "cli/poem.h"
#include "cli/server_options.h"
#include "net/address.h"

namespace cli {

// The options say how large a chunk is, how long the pause after it is, and
// where to stop. A server calls next(), sent() and pause() in turn; it may call
// pause() before the first next(), too.
class Delivery {
 public:
  // Prints the address of the client. `options` must outlive this.
  Delivery(const ServerOptions& options, const net::Address& client);

  // The bytes to send now, valid until the next call: what is left of a chunk,
  // or a part of that. Empty at the end, also if the poem cannot be read, which
  // is logged. Prints the size of each chunk.
  std::string_view next();

  // Notes that the system has taken this many of those bytes.
  void sent(std::size_t bytes) { sent_ += bytes; }

  const ServerOptions& options() const { return options_; }

  // How long to wait now: zero within a chunk, and before the first one.
  Clock::duration pause();

  // How to end the connection, see end_connection().
  const std::string& ending() const { return ending_; }

  // Logs that the client left, or took nothing for too long, unless everything
  // was sent: then the server expects it to leave.
  void failed(std::error_code reason) const;

 private:
  void open();
  void begin_chunk();

  const ServerOptions& options_;
  std::optional<Poem> poem_;
  std::string ending_ = "close";
  std::size_t end_ = 0;
  std::size_t sent_ = 0;
  std::size_t chunk_end_ = 0;
  Clock::time_point due_;
};

}  // namespace cli
