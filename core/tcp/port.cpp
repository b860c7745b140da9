// The server's half of TCP: accepts connections.   twisted.internet.tcp.Port
#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "reactor/guard.h"
#include "tcp/connection.h"
#include "tcp/tcp.h"

namespace reactor {
namespace {

constexpr int most_accepts = 16;  // in a round, so that others have their turn
constexpr Clock::duration recovery = std::chrono::milliseconds(100);

net::Socket open_reserve() {
  return net::Socket(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

// For all connections of a port, which they may outlive.
class Acceptance final : public ConnectionMaker {
 public:
  explicit Acceptance(std::shared_ptr<ProtocolFactory> factory)
      : factory_(std::move(factory)) {}

  std::unique_ptr<Protocol> build_protocol(const net::Address& peer) override {
    return factory_->build_protocol(peer);
  }
  void connection_over(bool, std::error_code) override {}

 private:
  const std::shared_ptr<ProtocolFactory> factory_;
};

class TcpPort final : public ListeningPort,
                      public ReadDescriptor,
                      public std::enable_shared_from_this<TcpPort> {
 public:
  TcpPort(InternalFdSet& fds,
          ReactorTime& time,
          const net::Address& address,
          std::shared_ptr<ProtocolFactory> factory)
      : fds_(fds),
        time_(time),
        factory_(std::move(factory)),
        maker_(std::make_shared<Acceptance>(factory_)),
        sock_(net::listen(address)),
        host_(net::local_address(sock_)),
        reserve_(open_reserve()) {
    sock_.set_blocking(false);
  }

  void start_listening() try {
    fds_.add_reader(shared_from_this());
    factory_->do_start();
    is_used_ = true;
  } catch (...) {
    stop_listening();
    throw;
  }

  void stop_listening() override {
    fds_.remove_reader(*this);
    fds_.unretain(*this);
    sock_.close();
    reserve_.close();
    if (!std::exchange(is_used_, false)) return;
    guarded(this, [&] { factory_->do_stop(); });
  }

  net::Address host() const override { return host_; }

  int fileno() const override { return sock_.fd(); }
  std::string log_prefix() const override { return to_string(host_); }

  std::error_code do_read() override {
    for (int i = 0; i < most_accepts && sock_.fd() >= 0; ++i) {
      net::Socket sock = accept();
      if (sock.fd() >= 0) {
        crowded_ = false;
        connected(std::move(sock));
      } else if (errno == EMFILE || errno == ENFILE) {
        if (!turn_away()) return {};
      } else if (errno == EWOULDBLOCK) {
        return {};
      }
      // Any other error is one client's, who changed its mind.
    }
    return {};
  }

  void connection_lost(std::error_code) override { stop_listening(); }

 private:
  net::Socket accept() const {
    return net::Socket(
        ::accept4(fileno(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  }

  void connected(net::Socket sock) try {
    net::Address peer = net::peer_address(sock);
    std::make_shared<TcpConnection>(fds_, time_, std::move(sock),
                                    std::move(peer), std::error_code(), maker_)
        ->start();
  } catch (const std::system_error& error) {
    log_error(this, error.what());
  }

  // Without descriptors nobody can be let in, but whoever waits outside would
  // wake us again and again: the reserve is there to let them in and out. Says
  // whether there may be more of them; accept() asks for the descriptor first,
  // and only then whether there is anybody.
  bool turn_away() {
    reserve_.close();
    net::Socket guest = accept();
    const bool nobody = guest.fd() < 0 && errno == EWOULDBLOCK;
    guest.close();
    reserve_ = open_reserve();
    if (!nobody && !std::exchange(crowded_, true)) {
      log_warning(this, "too many open files: clients are turned away");
    }
    if (reserve_.fd() < 0) rest();
    return !nobody && reserve_.fd() >= 0;
  }

  // Somebody else has taken the reserve.
  void rest() {
    fds_.retain(shared_from_this());
    fds_.remove_reader(*this);
    time_.call_later(recovery, [self = shared_from_this()] {
      if (self->fileno() < 0) return;
      self->fds_.unretain(*self);
      self->reserve_ = open_reserve();
      self->fds_.add_reader(self);
    });
  }

  InternalFdSet& fds_;
  ReactorTime& time_;
  const std::shared_ptr<ProtocolFactory> factory_;
  const std::shared_ptr<ConnectionMaker> maker_;
  net::Socket sock_;
  const net::Address host_;
  net::Socket reserve_;
  bool is_used_ = false;  // the factory was started
  bool crowded_ = false;  // said so already
};

}  // namespace

std::shared_ptr<ListeningPort> start_port(
    InternalFdSet& fds,
    ReactorTime& time,
    const net::Address& address,
    std::shared_ptr<ProtocolFactory> factory) {
  auto port = std::make_shared<TcpPort>(fds, time, address, std::move(factory));
  port->start_listening();
  return port;
}

}  // namespace reactor
