// Why something ended.                        twisted.internet.error, .main
//
// A reason is a std::error_code. Errors of the system keep their numbers
// (std::errc::connection_refused, ...), and errors of the name server are of
// net::resolver_category(); Error has the other ones. "No error" means "go on".
#pragma once

#include <system_error>

namespace reactor {

enum class Error {
  connection_done = 1,  // closed cleanly, by either side    ConnectionDone
  connection_lost,  // the reactor stopped before its end    ConnectionLost
  connection_aborted,  // by abort_connection()              ConnectionAborted
  descriptor_closed,  // while registered               ConnectionFdescWentAway
  descriptor_taken,  // another object has registered the number
  descriptor_too_large,  // for select()
  callback_failed,  // threw an exception, which was logged  Failure(exception)
  already_called,  // by a DelayedCall                       AlreadyCalled
  already_cancelled,  // by a DelayedCall                    AlreadyCancelled
  already_connecting,  // by a Connector, or connected
  reactor_not_running,  // by stop()                         ReactorNotRunning
  reactor_already_running,  // by run()                  ReactorAlreadyRunning
  reactor_not_restartable,  // by run()                  ReactorNotRestartable
  producer_registered,  // already, with this transport
};

const std::error_category& error_category();

inline std::error_code make_error_code(Error error) {
  return {static_cast<int>(error), error_category()};
}

}  // namespace reactor

template <>
struct std::is_error_code_enum<reactor::Error> : std::true_type {};
