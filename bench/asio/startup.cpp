// Makes a loop of Asio and ends it.
#include <asio.hpp>

int main() {
  asio::io_context context(1);
  context.poll();
}
