// The sagas on Asio.
#include "common/saga.h"

#include <asio.hpp>
#include <deque>

namespace {

using asio::ip::tcp;

class Connection {
 public:
  Connection(bench::Saga& saga, asio::io_context& context)
      : saga_(saga),
        context_(context),
        socket_(context) {}

  void connect(const tcp::endpoint& server) {
    socket_.async_connect(server, [this](std::error_code error) {
      if (error) bench::fail(error.message());
      read();
    });
  }

  const std::string& poem() const { return poem_; }

 private:
  void read() {
    const auto done = [this](std::error_code error, std::size_t size) {
      if (error) return end(error);
      saga_.got(size);
      if (saga_.keep()) poem_.append(buffer_.data(), size);
      read();
    };
    socket_.async_read_some(asio::buffer(buffer_), done);
  }

  void end(std::error_code error) {
    if (error != asio::error::eof) bench::fail(error.message());
    socket_.close();
    if (saga_.done()) context_.stop();
  }

  bench::Saga& saga_;
  asio::io_context& context_;
  tcp::socket socket_;
  std::vector<char> buffer_ = std::vector<char>(65536);
  std::string poem_;
};

}  // namespace

int main(int argc, char** argv) {
  bench::Saga saga(argc, argv);
  asio::io_context context(1);
  saga.start();
  std::deque<Connection> connections;
  for (const int port : saga.ports()) {
    const tcp::endpoint server(asio::ip::make_address(saga.host()),
                               static_cast<std::uint16_t>(port));
    connections.emplace_back(saga, context).connect(server);
  }
  context.run();
  if (saga.keep()) {
    for (const Connection& connection : connections) {
      saga.check(connection.poem());
    }
  }
  return saga.report();
}
