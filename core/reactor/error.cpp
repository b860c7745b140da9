#include "reactor/error.h"

#include <string>

namespace reactor {

const std::error_category& error_category() {
  static const class final : public std::error_category {
    const char* name() const noexcept override { return "reactor"; }
    std::string message(int value) const override {
      switch (static_cast<Error>(value)) {
        case Error::connection_done:
          return "connection was closed cleanly";
        case Error::connection_lost:
          return "connection was lost because the reactor stopped";
        case Error::connection_aborted:
          return "connection was aborted";
        case Error::descriptor_closed:
          return "descriptor was closed while it was registered";
        case Error::descriptor_taken:
          return "descriptor is registered already";
        case Error::descriptor_too_large:
          return "select() cannot watch a descriptor that large";
        case Error::callback_failed:
          return "callback threw an exception";
        case Error::already_called:
          return "call was made already";
        case Error::already_cancelled:
          return "call was cancelled already";
        case Error::already_connecting:
          return "connector is connecting or connected already";
        case Error::reactor_not_running:
          return "reactor is not running";
        case Error::reactor_already_running:
          return "reactor is running already";
        case Error::reactor_not_restartable:
          return "reactor cannot be started again";
        case Error::producer_registered:
          return "another producer is registered already";
      }
      return "unknown error";
    }
  } category;
  return category;
}

}  // namespace reactor
