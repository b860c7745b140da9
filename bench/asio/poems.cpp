// The poems on Asio.
#include "common/poems.h"

#include <array>
#include <asio.hpp>
#include <deque>

namespace {

using asio::ip::tcp;

class Connection {
 public:
  Connection(bench::Poems& poems, asio::io_context& context)
      : poems_(poems),
        context_(context),
        socket_(context) {}

  void connect(const tcp::endpoint& server) {
    socket_.async_connect(server, [this](std::error_code error) {
      if (error) bench::fail(error.message());
      read();
    });
  }

 private:
  void read() {
    const auto done = [this](std::error_code error, std::size_t size) {
      if (error) return end(error);
      poem_.append(buffer_.data(), size);
      ++reads_;
      read();
    };
    socket_.async_read_some(asio::buffer(buffer_), done);
  }

  void end(std::error_code error) {
    if (error != asio::error::eof) bench::fail(error.message());
    socket_.close();
    if (poems_.done(poem_, reads_)) context_.stop();
  }

  bench::Poems& poems_;
  asio::io_context& context_;
  tcp::socket socket_;
  std::array<char, 1024> buffer_;
  long reads_ = 0;
  std::string poem_;
};

}  // namespace

int main(int argc, char** argv) {
  bench::Poems poems(argc, argv);
  const tcp::endpoint server(asio::ip::make_address(poems.host()),
                             static_cast<std::uint16_t>(poems.port()));
  asio::io_context context(1);
  poems.start();
  std::deque<Connection> connections;
  for (std::size_t i = 0; i < poems.size(); ++i) {
    connections.emplace_back(poems, context).connect(server);
  }
  context.run();
  return poems.report();
}
