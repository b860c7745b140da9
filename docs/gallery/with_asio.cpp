// Gets all poems at once, with Asio:  with_asio PORT...

#include <array>
#include <asio.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <list>

namespace {

using asio::ip::tcp;

class Poem {
 public:
  Poem(asio::io_context& context, int port)
      : socket_(context) {
    const tcp::endpoint server(asio::ip::address_v4::loopback(),
                               static_cast<std::uint16_t>(port));
    socket_.async_connect(server, [this](std::error_code error) {
      if (!error) read();
    });
  }

  std::size_t size() const { return size_; }

 private:
  void read() {
    socket_.async_read_some(asio::buffer(bytes_),
                            [this](std::error_code error, std::size_t n) {
                              size_ += n;
                              if (!error) read();
                            });
  }

  tcp::socket socket_;
  std::array<char, 4096> bytes_{};
  std::size_t size_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  asio::io_context context;
  std::list<Poem> poems;
  for (int i = 1; i < argc; ++i)
    poems.emplace_back(context, std::atoi(argv[i]));
  context.run();
  std::size_t total = 0;
  for (const Poem& poem : poems) total += poem.size();
  std::printf("Got %d poems, %zu bytes.\n", argc - 1, total);
}
