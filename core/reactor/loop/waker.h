// Wakes the reactor up from another thread or from a signal handler.
//                                        twisted.internet.posixbase._Waker
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include <signal.h>

#include "net/socket.h"
#include "reactor/interfaces.h"

namespace reactor {

// The reactor registers it like any other reader, but readers() leaves it out.
class Waker final : public ReadDescriptor {
 public:
  // `call` makes one call, in the reactor's thread, and does not throw.
  explicit Waker(std::function<void(const std::function<void()>&)> call);

  // From any thread: see ReactorFromThreads.
  void call_from_thread(std::function<void()> callback);

  // See Reactor::call_on_signal().
  void call_on_signal(int signum, std::function<void()> callback);
  void restore_signals();

  int fileno() const override { return event_.fd(); }
  std::error_code do_read() override;
  void connection_lost(std::error_code reason) override;

 private:
  void call_signals();
  void call_posted();

  const std::function<void(const std::function<void()>&)> call_;
  net::Socket event_;
  std::map<int, std::function<void()>> signals_;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;  // guarded by mutex_
};

}  // namespace reactor
