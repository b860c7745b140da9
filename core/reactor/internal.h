// The functions of a reactor that only the library's transports call. For the
// library only.
#pragma once

#include <memory>

#include "reactor/interfaces.h"

namespace reactor {

class InternalReactor : public ReactorFdSet, public ReactorTime {
 public:
  // The reactor owns the descriptor although it may not be registered just now,
  // until unretain() or connection_lost(). When the reactor stops, it calls
  // connection_lost() as if the descriptor were registered.
  virtual void retain(std::shared_ptr<FileDescriptor> descriptor) = 0;
  virtual void unretain(const FileDescriptor& descriptor) = 0;

  // Deferred destruction: drops this reference when no callback is running,
  // before the next wait at the latest.
  virtual void destroy_later(std::shared_ptr<void> object) = 0;
};

}  // namespace reactor
