// Strings that say how long they are. twisted.protocols.basic.NetstringReceiver
#pragma once

#include "protocols/pausable_receiver.h"

namespace reactor {

// "4:poem," is a string of four bytes, which may be any. The length is decimal
// digits, without a sign, a blank or a leading zero. Memory is allocated for
// the bytes that have arrived, not for the length that was announced. Input
// that is not a netstring, or is too long, loses the connection as soon as that
// shows.
class NetstringReceiver : public PausableReceiver {  // NetstringReceiver
 public:
  virtual void string_received(std::string_view string) = 0;

  // The input is not a netstring, or is too long; no more is parsed. Loses the
  // connection. A protocol that has registered a producer may rather abort it:
  // lose_connection() waits until the producer is unregistered.
  virtual void string_refused() { transport().lose_connection(); }

  // The string may have any length. Is like Transport::write() otherwise.
  void send_string(std::string_view string);

  // By default 99999 bytes. Applies from the next string on.
  void set_max_length(std::size_t max_length) { max_length_ = max_length; }

 private:
  bool deliver_one() override;
  bool parse_length(std::string_view digits, std::size_t& length) const;
  bool refuse();

  std::size_t max_length_ = 99999;
};

}  // namespace reactor
