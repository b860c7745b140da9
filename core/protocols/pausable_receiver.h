// Cuts received bytes into pieces.  twisted.protocols.basic._PausableMixin
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "reactor/interfaces.h"

namespace reactor {

// The base of LineReceiver and NetstringReceiver, whose pieces are lines and
// netstrings. It delivers the pieces, each by one callback:
//   - in order, however the network cut the bytes;
//   - one callback after the other has returned: a callback that calls
//     data_received() or resume_producing() is not called from within;
//   - no piece while this is paused;
//   - no piece once transport().disconnecting(): the rest is dropped.
//
// It keeps the bytes that are received and not delivered. Its time is linear in
// the bytes received. A piece is a view that is valid during its callback only.
// An exception of a callback leaves data_received() or resume_producing().
class PausableReceiver : public Protocol {
 public:
  // An override has to call this function.
  void data_received(std::string_view data) override;

  // Unlike the transport's functions, these hold back what is received already,
  // too. resume_producing() delivers it at once, or, if it is called from a
  // callback, after that callback.
  void pause_producing();
  void resume_producing();

 protected:
  std::string_view unparsed() const;
  // For deliver_one(): removes bytes from the front of unparsed().
  void consume(std::size_t size);
  // If `end` is the end of the bytes consumed last, makes it unparsed again and
  // returns true.
  bool take_back(std::string_view end);
  // Removes the bytes that are not delivered, and returns them.
  std::string clear();

 private:
  // Consumes one piece of unparsed(), then delivers it. Returns false, and does
  // nothing, if no piece is complete.
  virtual bool deliver_one() = 0;

  void deliver();
  void take_arrived();
  void drop_parsed();

  std::string received_;  // constant during a callback, as pieces are views
  std::size_t parsed_ = 0;  // of received_
  std::string arrived_;  // follows received_
  bool paused_ = false;
  bool delivering_ = false;
};

}  // namespace reactor
