// Bytes until they are pieces.    twisted.protocols.basic._PausableMixin
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "reactor/interfaces.h"

namespace reactor {

// What LineReceiver and NetstringReceiver have in common. They cut what they
// receive into pieces, and hand out one after the other:
//   - in order, however the network cut the bytes, and never from within each
//     other: data_received() in a callback keeps its bytes for later;
//   - none while this is paused;
//   - none once transport().disconnecting(): what is left is dropped.
//
// It keeps what is received and not handed out, and takes time in proportion to
// what is received. A piece is a view that is valid during its callback only;
// what a callback throws is data_received()'s or resume_producing()'s to throw.
class PausableReceiver : public Protocol {
 public:
  // Who overrides it calls this one.
  void data_received(std::string_view data) override;

  // Unlike the transport's, pausing holds back what is received already, too.
  // Resuming hands it out at once, or after the callback it is called from.
  void pause_producing();
  void resume_producing();

 protected:
  std::string_view unparsed() const;
  // From deliver_one(): the first so many bytes are not unparsed any more.
  void consume(std::size_t size);
  // If `end` is the end of what was consumed last, makes it unparsed again.
  bool take_back(std::string_view end);
  // Everything that is not handed out: forgets it.
  std::string clear();

 private:
  // Consumes one piece of unparsed(), then hands it out; false, and does
  // nothing, if there is none yet.
  virtual bool deliver_one() = 0;

  void deliver();
  void take_arrived();
  void let_go();

  std::string received_;  // does not change during a callback: pieces are in it
  std::size_t parsed_ = 0;  // of received_
  std::string arrived_;  // behind received_
  bool paused_ = false;
  bool delivering_ = false;
};

}  // namespace reactor
