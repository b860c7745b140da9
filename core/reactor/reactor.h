// The reactor: the loop that calls you.           twisted.internet.base
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "reactor/interfaces.h"
#include "reactor/poller.h"
#include "reactor/timer_queue.h"
#include "reactor/waker.h"

namespace reactor {

// Belongs to one thread, and to one process: a child that was forked shares
// what it waits with, and has to leave it alone; a program that is executed
// inherits nothing of it. Has to outlive the objects that refer to it. What its
// functions promise stands in interfaces.h.
class Reactor final : public ReactorCore,
                      public ReactorFdSet,
                      public ReactorTime,
                      public ReactorTcp,
                      public ReactorFromThreads {
 public:
  // `clock` is for tests that do not want to wait.
  explicit Reactor(std::unique_ptr<Poller> poller = make_poller(),
                   std::function<Clock::time_point()> clock = Clock::now);
  ~Reactor() override;

  void run() override;
  void stop() override;
  bool running() const override;
  void call_when_running(std::function<void()> callback) override;

  void add_reader(std::shared_ptr<ReadDescriptor> reader) override;
  void add_writer(std::shared_ptr<WriteDescriptor> writer) override;
  void remove_reader(const ReadDescriptor& reader) override;
  void remove_writer(const WriteDescriptor& writer) override;
  std::vector<std::shared_ptr<ReadDescriptor>> readers() const override;
  std::vector<std::shared_ptr<WriteDescriptor>> writers() const override;
  std::vector<std::shared_ptr<FileDescriptor>> remove_all() override;
  void keep(std::shared_ptr<FileDescriptor> descriptor) override;
  void forget(const FileDescriptor& descriptor) override;

  Clock::time_point now() const override;
  DelayedCall call_later(Clock::duration delay,
                         std::function<void()> callback) override;

  std::shared_ptr<Connector> connect_tcp(
      const std::string& host,
      std::uint16_t port,
      std::shared_ptr<ClientFactory> factory,
      Clock::duration timeout = std::chrono::seconds(30)) override;
  std::shared_ptr<ListeningPort> listen_tcp(
      const net::Address& address,
      std::shared_ptr<ProtocolFactory> factory) override;

  void call_from_thread(std::function<void()> callback) override;

  // Until run() has returned, a signal makes this call, in the reactor's thread
  // like any other; several of one kind at once make one. A handler that was
  // there before is still called, when the signal comes; system calls go on, as
  // with SA_RESTART. One reactor at a time may ask for a signal. Throws
  // std::system_error for a signal that cannot be caught.
  void call_on_signal(int signum, std::function<void()> callback);

 private:
  enum class State { not_started, running, stopping, stopped };

  // Who is to be called when a descriptor is ready. Both are the owner, and
  // were registered in that round.
  struct Watch {
    std::shared_ptr<FileDescriptor> owner;
    ReadDescriptor* reader = nullptr;
    WriteDescriptor* writer = nullptr;
    std::uint64_t read_since = 0;
    std::uint64_t write_since = 0;
  };

  void run_due_calls();
  void do_iteration();
  void release();
  void let_go();
  void end();
  void disconnect_all();

  Watch& watch_of(const std::shared_ptr<FileDescriptor>& descriptor, int fd);
  int registered_as(const FileDescriptor& descriptor) const;
  void update(int fd);
  void unwatch(int fd);
  void read(int fd);
  void write(int fd);
  template <typename Descriptor>
  void called(int fd, Descriptor& descriptor, std::error_code why);
  void disconnect(int fd, FileDescriptor& lost, std::error_code reason);
  void lose(FileDescriptor& lost, std::error_code reason);
  std::optional<std::chrono::milliseconds> timeout() const;

  const std::function<Clock::time_point()> clock_;
  const std::unique_ptr<Poller> poller_;
  State state_ = State::not_started;
  std::uint64_t round_ = 0;
  std::vector<Watch> watches_;  // by descriptor
  std::unordered_map<const FileDescriptor*, std::shared_ptr<FileDescriptor>>
      kept_;
  std::vector<std::shared_ptr<FileDescriptor>> released_;
  std::vector<std::shared_ptr<FileDescriptor>> releasing_;
  std::vector<std::function<void()>> when_running_;
  const std::shared_ptr<Waker> waker_;
  const std::shared_ptr<TimerQueue> calls_;
};

}  // namespace reactor
