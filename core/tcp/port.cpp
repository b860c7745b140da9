#include "tcp/port.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "reactor/guard.h"
#include "tcp/connection.h"

namespace reactor {
namespace {

constexpr int max_accepts = 16;  // in an iteration: other descriptors wait
constexpr Clock::duration retry_delay = std::chrono::milliseconds(100);

net::Socket open_spare_fd() {
  return net::Socket(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

// Shared by all connections of a port: the port may be destroyed first.
class ServerProtocolSource final : public ProtocolSource {
 public:
  explicit ServerProtocolSource(std::shared_ptr<ProtocolFactory> factory)
      : factory_(std::move(factory)) {}

  std::unique_ptr<Protocol> build_protocol(const net::Address& peer) override {
    return factory_->build_protocol(peer);
  }
  void connection_ended(bool, std::error_code) override {}

 private:
  const std::shared_ptr<ProtocolFactory> factory_;
};

class TcpPort final : public ListeningPort,
                      public ReadDescriptor,
                      public std::enable_shared_from_this<TcpPort> {
 public:
  TcpPort(InternalReactor& reactor,
          const net::Address& address,
          std::shared_ptr<ProtocolFactory> factory)
      : reactor_(reactor),
        factory_(std::move(factory)),
        protocol_source_(std::make_shared<ServerProtocolSource>(factory_)),
        sock_(net::listen(address)),
        host_(net::local_address(sock_)),
        spare_fd_(open_spare_fd()) {
    sock_.set_blocking(false);
  }

  void start_listening() try {
    reactor_.add_reader(shared_from_this());
    factory_->do_start();
    is_used_ = true;
  } catch (...) {
    stop_listening();
    throw;
  }

  void stop_listening() override {
    reactor_.remove_reader(*this);
    reactor_.unretain(*this);
    sock_.close();
    spare_fd_.close();
    if (!std::exchange(is_used_, false)) return;
    guarded(this, [&] { factory_->do_stop(); });
  }

  net::Address host() const override { return host_; }

  int fileno() const override { return sock_.fd(); }
  std::string log_prefix() const override { return to_string(host_); }

  std::error_code do_read() override {
    for (int i = 0; i < max_accepts && sock_.fd() >= 0; ++i) {
      net::Socket sock = accept();
      if (sock.fd() >= 0) {
        logged_fd_limit_ = false;
        connected(std::move(sock));
      } else if (errno == EMFILE || errno == ENFILE) {
        if (!reject_client()) return {};
      } else if (errno == EWOULDBLOCK) {
        return {};
      }
      // Any other error concerns one client only, for example ECONNABORTED.
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
    std::make_shared<TcpConnection>(reactor_, std::move(sock), std::move(peer),
                                    std::error_code(), protocol_source_)
        ->start();
  } catch (const std::system_error& error) {
    log_error(this, error.what());
  }

  // Without a free descriptor a client cannot be accepted, but while it waits
  // in the queue the socket stays ready, and the loop would spin. So the spare
  // descriptor is given up to accept the client and to close it at once.
  //
  // Returns whether there may be more clients. The system looks for a free
  // descriptor first and for a client after that, so that EMFILE does not mean
  // that a client waits; EWOULDBLOCK means that there is none.
  bool reject_client() {
    spare_fd_.close();
    net::Socket client = accept();
    const bool is_queue_empty = client.fd() < 0 && errno == EWOULDBLOCK;
    client.close();
    spare_fd_ = open_spare_fd();
    if (!is_queue_empty && !std::exchange(logged_fd_limit_, true)) {
      log_warning(this, "too many open files: clients are rejected");
    }
    if (spare_fd_.fd() < 0) pause_accepting();
    return !is_queue_empty && spare_fd_.fd() >= 0;
  }

  // Another thread took the spare descriptor: try again later.
  void pause_accepting() {
    reactor_.retain(shared_from_this());
    reactor_.remove_reader(*this);
    reactor_.call_later(retry_delay, [self = shared_from_this()] {
      if (self->fileno() < 0) return;
      self->reactor_.unretain(*self);
      self->spare_fd_ = open_spare_fd();
      self->reactor_.add_reader(self);
    });
  }

  InternalReactor& reactor_;
  const std::shared_ptr<ProtocolFactory> factory_;
  const std::shared_ptr<ProtocolSource> protocol_source_;
  net::Socket sock_;
  const net::Address host_;
  net::Socket spare_fd_;
  bool is_used_ = false;  // the factory was started
  bool logged_fd_limit_ = false;
};

}  // namespace

std::shared_ptr<ListeningPort> start_port(
    InternalReactor& reactor,
    const net::Address& address,
    std::shared_ptr<ProtocolFactory> factory) {
  auto port = std::make_shared<TcpPort>(reactor, address, std::move(factory));
  port->start_listening();
  return port;
}

}  // namespace reactor
