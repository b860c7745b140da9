// A client whose numbers are known.
//
//     known_client MIB WAITS SLEEPS PORT...
//
// One thread for each port fetches a poem and then waits WAITS times for a
// socket that is ready. The main thread writes to MIB of memory and sleeps
// SLEEPS times.

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "connect_to.h"

using namespace std::chrono_literals;

namespace {

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
