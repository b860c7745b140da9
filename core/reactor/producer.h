// Who makes what a transport sends, no faster than it is sent.
//                                            twisted.internet.interfaces
#pragma once

#include <memory>

namespace reactor {

// Does not unregister itself by dying: the transport holds a reference to it
// until it is unregistered, or told to stop.
class Producer {  // IPushProducer, IPullProducer
 public:
  virtual ~Producer() = default;
  // Too much waits to be sent: write nothing until resume_producing(). Called
  // from within write(), and never twice in a row. Not for pull producers.
  virtual void pause_producing() = 0;

  // Everything is sent. A push producer may go on; a pull producer is to write
  // something, now or later, and is asked again when that is sent.
  virtual void resume_producing() = 0;

  // The connection is lost, and the producer unregistered already.
  virtual void stop_producing() = 0;
};

class Consumer {  // IConsumer
 public:
  virtual ~Consumer() = default;
  // A push producer, which is `streaming`, writes when it likes, and is paused
  // when more than 64 KiB wait to be sent. A pull producer is asked for
  // everything, for the first time in the next round. With a connection that
  // is lost it is told to stop at once. Throws std::system_error with
  // Error::producer_registered if there is one already.
  virtual void register_producer(std::shared_ptr<Producer> producer,
                                 bool streaming) = 0;

  // Does nothing if there is none.
  virtual void unregister_producer() = 0;
};

}  // namespace reactor
