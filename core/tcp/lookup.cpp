#include "tcp/lookup.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "net/resolver.h"
#include "net/socket.h"

namespace reactor {
namespace {

// A name to look up, and the answer: a thread of the LookupQueue writes it, and
// the reactor reads it when the eventfd is readable.
struct Question {
  explicit Question(net::Address asked)
      : name(std::move(asked)) {
    if (ready.fd() < 0) net::throw_last_error("eventfd");
  }

  const net::Address name;
  const net::Socket ready{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  std::vector<net::Address> ip_addresses;
  std::error_code error;
  // The eventfd does not order memory accesses in C++; this does.
  std::atomic<bool> is_complete = false;
};

void answer(Question& question) {
  try {
    question.ip_addresses = net::resolve(question.name);
  } catch (const std::system_error& error) {
    question.error = error.code();
  } catch (const std::exception&) {
    question.error = make_error_code(std::errc::not_enough_memory);
  }
  question.is_complete = true;
  while (net::must_retry(::eventfd_write(question.ready.fd(), 1))) {
  }
}

// All reactors of the program share it. A thread ends when no question waits.
class LookupQueue {
 public:
  // Throws std::system_error if there is no thread for it.
  void push(const std::shared_ptr<Question>& question) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(question);
    if (threads_ < max_threads) start_thread();
  }

  // Does nothing if a thread has begun with it.
  void remove(const std::shared_ptr<Question>& question) {
    const std::lock_guard lock(mutex_);
    std::erase(waiting_, question);
  }

 private:
  // Twisted's thread pool has as many, by default.
  static constexpr int max_threads = 10;

  void start_thread() try {
    std::thread([this] { run(); }).detach();
    ++threads_;
  } catch (const std::system_error&) {
    if (threads_ > 0) return;  // those answer this question, too
    waiting_.pop_back();
    throw;
  }

  void run() {
    std::unique_lock lock(mutex_);
    while (!waiting_.empty()) {
      const auto question = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      answer(*question);
      lock.lock();
    }
    --threads_;
  }

  std::mutex mutex_;  // for what follows
  std::deque<std::shared_ptr<Question>> waiting_;
  int threads_ = 0;
};

// Never destroyed: a thread may still use it when the program ends.
LookupQueue& lookup_queue() {
  static LookupQueue& queue = *new LookupQueue;
  return queue;
}

class Lookup final : public ReadDescriptor {
 public:
  using Done = std::function<void(std::vector<net::Address>, std::error_code)>;

  Lookup(ReactorFdSet& fds, const net::Address& name, Done done)
      : fds_(fds),
        done_(std::move(done)),
        question_(std::make_shared<Question>(name)) {
    lookup_queue().push(question_);
  }
  ~Lookup() override { lookup_queue().remove(question_); }

  int fileno() const override { return question_->ready.fd(); }

  std::error_code do_read() override {
    eventfd_t count = 0;
    if (::eventfd_read(fileno(), &count) < 0) {
      return errno == EINTR ? std::error_code() : net::last_error();
    }
    if (!question_->is_complete) return {};
    fds_.remove_reader(*this);
    done_(std::move(question_->ip_addresses), question_->error);
    return {};
  }

  void connection_lost(std::error_code reason) override { done_({}, reason); }

 private:
  ReactorFdSet& fds_;
  const Done done_;
  const std::shared_ptr<Question> question_;  // shared with the queue
};

}  // namespace

std::shared_ptr<ReadDescriptor> start_lookup(
    ReactorFdSet& fds,
    const net::Address& name,
    std::function<void(std::vector<net::Address>, std::error_code)> done) {
  auto lookup = std::make_shared<Lookup>(fds, name, std::move(done));
  fds.add_reader(lookup);
  return lookup;
}

}  // namespace reactor
