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
constexpr Clock::duration retry_delay = std::chrono::milliseconds(500);

net::Socket open_spare_fd() {
  return net::Socket(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

bool is_fd_limit(const std::error_code& error) {
  return error == std::errc::too_many_files_open ||
         error == std::errc::too_many_files_open_in_system;
}

// It was closed, or shut down, without stop_listening().
bool is_of_socket(const std::error_code& error) {
  return error == std::errc::invalid_argument ||
         error == std::errc::bad_file_descriptor ||
         error == std::errc::not_a_socket;
}

// Shared by all connections of a port: the port may be destroyed first.
class ServerProtocolSource final : public ProtocolSource {
 public:
  ServerProtocolSource(InternalReactor& r,
                       std::shared_ptr<ProtocolFactory> factory)
      : ProtocolSource(r),
        factory_(std::move(factory)) {}

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
        protocol_source_(
            std::make_shared<ServerProtocolSource>(reactor, factory_)),
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

  // Most errors concern one client, for example ECONNABORTED. Others last and
  // leave the client in the queue, for example ENOBUFS: the socket stays ready,
  // and the loop would spin.
  std::error_code do_read() override {
    std::error_code error;
    bool is_any_served = false;
    for (int i = 0; i < max_accepts && sock_.fd() >= 0; ++i) {
      error = serve_client();
      if (error == std::errc::operation_would_block) return {};
      if (is_of_socket(error)) {
        log_error(this, ("stopped listening: " + error.message()).c_str());
        return error;
      }
      if (!error) is_any_served = true;
    }
    if (!is_any_served) {
      log_trouble("cannot accept clients: " + error.message());
      pause_accepting();
    }
    return {};
  }

  void connection_lost(std::error_code) override { stop_listening(); }

 private:
  net::Socket accept() const {
    int fd = -1;
    do {
      fd = ::accept4(fileno(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    } while (net::must_retry(fd));
    return net::Socket(fd);
  }

  std::error_code serve_client() try {
    net::Socket sock = accept();
    if (sock.fd() < 0) {
      const std::error_code error = net::last_error();
      return is_fd_limit(error) ? reject_client() : error;
    }
    is_trouble_logged_ = false;
    net::Address peer = net::peer_address(sock);
    std::make_shared<TcpConnection>(std::move(sock), std::move(peer),
                                    std::error_code(), protocol_source_)
        ->start();
    return {};
  } catch (const std::system_error& error) {
    log_error(this, error.what());
    return {};
  }

  // Without a free descriptor a client cannot be accepted, but while it waits
  // in the queue the socket stays ready, and the loop would spin. So the spare
  // descriptor is given up to accept the client and to reset it at once: an
  // orderly end would look like an answer without bytes.
  //
  // Returns the result of that accept(). The system looks for a free descriptor
  // before it looks for a client, so EMFILE does not mean that a client waits;
  // EWOULDBLOCK means that none does.
  std::error_code reject_client() {
    spare_fd_.close();
    net::Socket client = accept();
    const auto error = client.fd() < 0 ? net::last_error() : std::error_code();
    client.close_with_reset();
    spare_fd_ = open_spare_fd();
    if (error != std::errc::operation_would_block) {
      log_trouble("too many open files: clients are rejected");
    }
    if (spare_fd_.fd() >= 0) return error;
    pause_accepting();  // another thread took the spare descriptor
    return make_error_code(std::errc::operation_would_block);
  }

  // Once, until a client is accepted.
  void log_trouble(const std::string& what) {
    if (std::exchange(is_trouble_logged_, true)) return;
    log_warning(this, what.c_str());
  }

  void pause_accepting() {
    reactor_.retain(shared_from_this());
    reactor_.remove_reader(*this);
    reactor_.call_later(
        retry_delay, [self = shared_from_this()] { self->resume_accepting(); });
  }

  void resume_accepting() try {
    if (fileno() < 0) return;
    if (spare_fd_.fd() < 0) spare_fd_ = open_spare_fd();
    reactor_.add_reader(shared_from_this());
    reactor_.unretain(*this);
  } catch (const std::system_error&) {
    pause_accepting();
  }

  InternalReactor& reactor_;
  const std::shared_ptr<ProtocolFactory> factory_;
  const std::shared_ptr<ProtocolSource> protocol_source_;
  net::Socket sock_;
  const net::Address host_;
  net::Socket spare_fd_;
  bool is_used_ = false;  // the factory was started
  bool is_trouble_logged_ = false;
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
