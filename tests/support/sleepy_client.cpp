// A client with known faults, which poetry-compare has to find.
//
//     sleepy_client callback PORT   waits with poll, but sleeps for half a
//     second
//                                   when it has read three times
//     sleepy_client late PORT       reads nothing for 0.425 s, then everything

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>

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

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const bool waits = argv[1] == std::string("callback");
  const int fd = connect_to(argv[2]);
  char buffer[65536];
  if (!waits) std::this_thread::sleep_for(425ms);
  for (int reads = 1;; ++reads) {
    pollfd readable{fd, POLLIN, 0};
    if (waits && ::poll(&readable, 1, -1) != 1) return EXIT_FAILURE;
    if (::recv(fd, buffer, sizeof buffer, 0) <= 0) return EXIT_SUCCESS;
    if (waits && reads == 3) std::this_thread::sleep_for(500ms);
  }
}
