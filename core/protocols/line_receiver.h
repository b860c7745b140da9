// Lines out of bytes.             twisted.protocols.basic.LineReceiver
#pragma once

#include "protocols/pausable_receiver.h"

namespace reactor {

// A line ends with the delimiter, "\r\n", and with nothing else: a lone "\r" or
// "\n", a NUL and bytes that are not ASCII are parts of a line. nc(1) and many
// other programs end a line with "\n" only: for these, set_delimiter("\n").
//
// Between the lines there may be other bytes: set_raw_mode() and
// set_line_mode() may be called at any time, and take effect from the first
// byte that is not delivered yet.
//
// Keeps a line of max_length, its delimiter and the bytes of one read at most.
class LineReceiver : public PausableReceiver {  // LineReceiver
 public:
  // A line, without its delimiter.
  virtual void line_received(std::string_view line) = 0;
  // In raw mode: some bytes, as in Protocol::data_received().
  virtual void raw_data_received(std::string_view /*data*/) {}
  // A line is longer than max_length, or will be. Loses the connection. An
  // override that does not lose it drops `line`, with all that came with it;
  // the next line begins with the bytes that arrive next.
  virtual void line_length_exceeded(std::string_view line);

  void set_raw_mode();
  // `rest` is delivered as lines. It is the end of the bytes that
  // raw_data_received() was given, if they were too many, which costs nothing;
  // other bytes are treated as if they arrived now.
  void set_line_mode(std::string_view rest = {});

  // Removes the bytes that are received and not delivered, and returns them.
  std::string clear_line_buffer();

  // Adds the delimiter, and is like Transport::write() otherwise.
  void send_line(std::string_view line);

  // Both apply from the next line on. By default a line may have 16384 bytes
  // and its delimiter. Throws std::invalid_argument if the delimiter is empty.
  void set_delimiter(std::string delimiter);
  void set_max_length(std::size_t max_length) { max_length_ = max_length; }

 private:
  bool deliver_one() override;
  bool may_become_line(std::size_t size) const;

  std::string delimiter_ = "\r\n";
  std::size_t max_length_ = 16384;
  bool raw_ = false;
  std::size_t searched_ = 0;  // of unparsed(): no delimiter begins in these
};

}  // namespace reactor
