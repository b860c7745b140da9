// Producers write to a transport no faster than it sends.
//                                            twisted.internet.interfaces
#pragma once

#include <memory>

namespace reactor {

// The transport holds a reference to the producer until it is unregistered or
// stop_producing() is called.
class Producer {  // IPushProducer, IPullProducer
 public:
  virtual ~Producer() = default;
  // Too much data is unsent: write nothing until resume_producing(). write()
  // calls this, never twice in a row, and not for pull producers.
  virtual void pause_producing() = 0;

  // Everything is sent. A push producer may go on. A pull producer has to write
  // something, now or later; this is called again when that is sent.
  virtual void resume_producing() = 0;

  // The connection is lost, and the producer is already unregistered.
  virtual void stop_producing() = 0;
};

class Consumer {  // IConsumer
 public:
  virtual ~Consumer() = default;
  // A push producer is `streaming`: it writes at any time, and is paused when
  // more than 64 KiB are unsent. A pull producer writes only when
  // resume_producing() asks for it, for the first time in the next iteration.
  // If the connection is lost, stop_producing() is called at once. Throws
  // std::system_error with Error::producer_registered if another producer is
  // registered.
  virtual void register_producer(std::shared_ptr<Producer> producer,
                                 bool streaming) = 0;

  // Does nothing without a producer.
  virtual void unregister_producer() = 0;
};

}  // namespace reactor
