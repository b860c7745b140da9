// A client whose numbers are known.
//
//     known_client MIB WAITS SLEEPS PORT...
//
// One thread for each port fetches a poem and then waits WAITS times for a
// socket that is ready. The main thread writes to MIB of memory and sleeps
// SLEEPS times.

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

int connect_to(const std::string& port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(fd, generic, sizeof address) != 0) std::exit(EXIT_FAILURE);
  return fd;
}

// No read waits for the poem or for its end.
void fetch(const std::string& port, int waits) {
  const int fd = connect_to(port);
  char buffer[65536];
  while (::recv(fd, buffer, sizeof buffer, MSG_DONTWAIT) != 0) {
    std::this_thread::sleep_for(50ms);
  }
  pollfd readable{fd, POLLIN, 0};
  for (int i = 0; i < waits; ++i) ::poll(&readable, 1, -1);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  const std::size_t size = std::stoul(argv[1]) << 20;
  const int waits = std::stoi(argv[2]), sleeps = std::stoi(argv[3]);
  std::vector<std::jthread> threads;
  for (int i = 4; i < argc; ++i) threads.emplace_back(fetch, argv[i], waits);
  std::vector<char> memory(size);
  std::fill(memory.begin(), memory.end(), 'x');
  for (int i = 0; i < sleeps; ++i) std::this_thread::sleep_for(100us);
  return memory.back() == 'x' ? EXIT_SUCCESS : EXIT_FAILURE;
}
