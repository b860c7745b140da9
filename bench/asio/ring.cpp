// The ring on Asio.
#include "common/ring.h"

#include <asio.hpp>

#include <deque>

namespace {

using Protocol = asio::local::stream_protocol;

class Node {
 public:
  Node(bench::Ring& ring, std::size_t i, asio::io_context& context)
      : ring_(ring),
        i_(i),
        context_(context),
        socket_(context, Protocol(), ring.fd(i)) {}

  void read() {
    const auto done = [this](std::error_code error, std::size_t) {
      if (error) bench::fail(error.message());
      if (ring_.passed(i_)) {
        context_.stop();
      } else {
        read();
      }
    };
    socket_.async_read_some(asio::buffer(&byte_, 1), done);
  }

 private:
  bench::Ring& ring_;
  std::size_t i_;
  asio::io_context& context_;
  Protocol::socket socket_;
  char byte_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  bench::Ring ring(argc, argv);
  asio::io_context context(1);
  std::deque<Node> nodes;
  for (std::size_t i = 0; i < ring.size(); ++i) {
    nodes.emplace_back(ring, i, context).read();
  }
  context.poll();
  ring.start();
  context.run();
  return ring.report();
}
