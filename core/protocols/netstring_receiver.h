// Strings that say how long they are. twisted.protocols.basic.NetstringReceiver
#pragma once

#include "protocols/pausable_receiver.h"

namespace reactor {

// "4:poem," is a string of four bytes, of any kind. The length is in decimal
// digits without a sign, a blank or a zero too many, and is believed only after
// it is checked: memory is for what came, not for what was announced. Whatever
// is no netstring, or too long a one, loses the connection, as soon as it
// shows.
class NetstringReceiver : public PausableReceiver {  // NetstringReceiver
 public:
  virtual void string_received(std::string_view string) = 0;

  // As a netstring, of any length; otherwise as Transport::write().
  void send_string(std::string_view string);

  // 99999 bytes; from the next string on.
  void set_max_length(std::size_t max_length) { max_length_ = max_length; }

 private:
  bool deliver_one() override;
  bool refuse();

  std::size_t max_length_ = 99999;
};

}  // namespace reactor
