// The loop that waits for descriptors and calls them.  twisted.internet.base
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <unordered_map>
#include <vector>

#include "reactor/interfaces.h"
#include "reactor/internal.h"
#include "reactor/poller.h"

namespace reactor {

class TimerQueue;
class Waker;

// A reactor belongs to one thread and one process. After fork() the child
// shares what the reactor waits with, and must not use the reactor; a program
// that is executed inherits nothing of it. The reactor has to outlive the
// objects that refer to it. interfaces.h says what its functions promise.
class Reactor final : public ReactorCore,
                      public InternalReactor,
                      public ReactorTcp,
                      public ReactorFromThreads {
 public:
  // Tests pass a `clock` of their own, in order not to wait.
  explicit Reactor(std::unique_ptr<Poller> poller = make_poller(),
                   std::function<Clock::time_point()> clock = Clock::now);
  ~Reactor() override;

  void run() override;
  void iterate(Duration max_wait = std::chrono::seconds(0)) override;
  void stop() override;
  bool running() const override { return state_ == State::running; }
  void call_when_running(std::function<void()> callback) override;

  int fileno() const override { return poller_->fileno(); }
  std::optional<std::chrono::milliseconds> timeout() const override;

  void add_reader(std::shared_ptr<ReadDescriptor> reader) override;
  void add_writer(std::shared_ptr<WriteDescriptor> writer) override;
  void remove_reader(const ReadDescriptor& reader) override;
  void remove_writer(const WriteDescriptor& writer) override;
  std::vector<std::shared_ptr<ReadDescriptor>> readers() const override;
  std::vector<std::shared_ptr<WriteDescriptor>> writers() const override;
  void retain(std::shared_ptr<FileDescriptor> descriptor) override;
  void unretain(const FileDescriptor& descriptor) override;
  void destroy_later(std::shared_ptr<void> object) override;

  Clock::time_point now() const override { return clock_(); }
  DelayedCall call_later(Duration delay,
                         std::function<void()> callback) override;

  std::shared_ptr<Connector> connect_tcp(
      const std::string& host,
      std::uint16_t port,
      std::shared_ptr<ClientFactory> factory,
      Duration timeout = std::chrono::seconds(30)) override;
  std::shared_ptr<ListeningPort> listen_tcp(
      const net::Address& address,
      std::shared_ptr<ProtocolFactory> factory) override;

  void call_from_thread(std::function<void()> callback) override;

  // Makes this call after a signal `signum`, until the reactor has stopped, in
  // the reactor's thread like any other callback. Several signals that come
  // before the call cause one call. An earlier handler of the program is still
  // called, when the signal comes. Interrupted system calls go on, as with
  // SA_RESTART. One reactor at a time may ask for a signal. Throws
  // std::system_error for a signal that cannot be caught.
  void call_on_signal(int signum, std::function<void()> callback);

 private:
  enum class State { not_started, running, stopping, stopped };

  // The registration of one descriptor; `reader` and `writer` point to
  // `*owner`, and are null if it is not registered as such.
  struct Registration {
    std::shared_ptr<FileDescriptor> owner;
    ReadDescriptor* reader = nullptr;
    WriteDescriptor* writer = nullptr;
    std::uint32_t reader_since = 0;  // in which iteration it was added
    std::uint32_t writer_since = 0;
  };

  void start();
  void do_iteration();
  void run_due_calls();
  bool has_removed() const;
  void destroy_removed();
  void end();
  void disconnect_all();

  Registration& at(int fd) {
    return registrations_[static_cast<std::size_t>(fd)];
  }
  Registration& registration_for(
      const std::shared_ptr<FileDescriptor>& descriptor, int fd);
  int fd_of(const FileDescriptor& descriptor);
  void assign(int fd, ReadDescriptor* reader, WriteDescriptor* writer);
  void read(int fd, bool closed);
  void write(int fd, const Events& now);
  void check_open(int fd);
  void disconnect(int fd, FileDescriptor& lost, std::error_code reason);
  void lose(FileDescriptor& lost, std::error_code reason);

  const std::function<Clock::time_point()> clock_;
  const std::unique_ptr<Poller> poller_;
  State state_ = State::not_started;
  bool is_iterating_ = false;
  std::optional<std::chrono::milliseconds> max_wait_;  // of iterate()
  std::uint32_t iteration_ = 0;
  std::vector<Registration> registrations_;  // by descriptor
  // The nodes are in a pool, which is freed as a whole. Otherwise each would
  // leave a small hole between objects that stay.
  std::pmr::unsynchronized_pool_resource retained_pool_;
  std::pmr::unordered_map<const FileDescriptor*,
                          std::shared_ptr<FileDescriptor>>
      retained_{&retained_pool_};
  std::vector<std::shared_ptr<void>> doomed_;  // see destroy_later()
  std::vector<std::shared_ptr<void>> destroying_;
  std::vector<std::function<void()>> when_running_;
  const std::shared_ptr<TimerQueue> calls_;
  const std::shared_ptr<Waker> waker_;
};

}  // namespace reactor
