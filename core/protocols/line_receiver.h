// Lines out of bytes.             twisted.protocols.basic.LineReceiver
#pragma once

#include "protocols/pausable_receiver.h"

namespace reactor {

// A line ends with the delimiter, and with nothing else: a lone "\r" or "\n", a
// NUL and whatever is not ASCII are parts of a line, which has them all.
//
// In between it may be bytes that are no lines: set_raw_mode() and
// set_line_mode() count from the next byte that is not handed out yet, and may
// be called at any time.
//
// Keeps no more than a line of max_length, its delimiter, and what came in one
// piece.
class LineReceiver : public PausableReceiver {  // LineReceiver
 public:
  // A line, without its delimiter.
  virtual void line_received(std::string_view line) = 0;
  // In raw mode: some bytes, as in Protocol::data_received().
  virtual void raw_data_received(std::string_view /*data*/) {}
  // A line is longer than max_length, or will be. Loses the connection; who
  // overrides it without doing so has lost `line` and all that came with it,
  // and goes on with what comes next.
  virtual void line_length_exceeded(std::string_view line);

  void set_raw_mode();
  // `rest` is what raw_data_received() was given and does not want: an end of
  // it, which costs nothing. Anything else is as if it came now.
  void set_line_mode(std::string_view rest = {});

  // Forgets what is received and not handed out, and returns it.
  std::string clear_line_buffer();

  // Adds the delimiter; otherwise as Transport::write().
  void send_line(std::string_view line);

  // "\r\n" and 16384 bytes, which is without the delimiter; from the next line
  // on. Throws std::invalid_argument for no delimiter at all.
  void set_delimiter(std::string delimiter);
  void set_max_length(std::size_t max_length) { max_length_ = max_length; }

 private:
  bool deliver_one() override;

  std::string delimiter_ = "\r\n";
  std::size_t max_length_ = 16384;
  bool raw_ = false;
  std::size_t searched_ = 0;  // of unparsed(): no delimiter begins before that
};

}  // namespace reactor
