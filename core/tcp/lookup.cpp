#include "tcp/lookup.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <utility>

#include "net/resolver.h"
#include "net/socket.h"

namespace reactor {
namespace {

// The thread writes it; the reactor reads it when the eventfd is readable.
struct Answer {
  net::Socket ready{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)};
  std::vector<net::Address> ip_addresses;
  std::error_code error;
  // The eventfd does not order memory accesses in C++; this does.
  std::atomic<bool> is_complete = false;
};

void look_up(const net::Address& name, Answer& answer) {
  try {
    answer.ip_addresses = net::resolve(name);
  } catch (const std::system_error& error) {
    answer.error = error.code();
  } catch (const std::exception&) {
    answer.error = make_error_code(std::errc::not_enough_memory);
  }
  answer.is_complete = true;
  ::eventfd_write(answer.ready.fd(), 1);
}

class Lookup final : public ReadDescriptor {
 public:
  using Done = std::function<void(std::vector<net::Address>, std::error_code)>;

  Lookup(ReactorFdSet& fds, const net::Address& name, Done done)
      : fds_(fds),
        done_(std::move(done)),
        answer_(std::make_shared<Answer>()) {
    if (answer_->ready.fd() < 0) net::throw_last_error("eventfd");
    std::thread([name, answer = answer_] { look_up(name, *answer); }).detach();
  }

  int fileno() const override { return answer_->ready.fd(); }

  std::error_code do_read() override {
    eventfd_t count = 0;
    if (::eventfd_read(fileno(), &count) < 0) return net::last_error();
    if (!answer_->is_complete) return {};
    fds_.remove_reader(*this);
    done_(std::move(answer_->ip_addresses), answer_->error);
    return {};
  }

  void connection_lost(std::error_code reason) override { done_({}, reason); }

 private:
  ReactorFdSet& fds_;
  const Done done_;
  const std::shared_ptr<Answer> answer_;  // shared with the thread
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
