// A client whose calls are at known lines:  known_lines WAY PORT
//
// WAY is "here", "thread", "child" for another process, or "become" for another
// program in this one.

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>

namespace {

std::string port;

int connect_to_port() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(fd, generic, sizeof address) != 0) std::exit(EXIT_FAILURE);
  return fd;
}

void wait_for_bytes(int fd) {
  pollfd ready{fd, POLLIN, 0};
#line 1000
  ::poll(&ready, 1, -1);
}

ssize_t receive(int fd) {
  char bytes[100];
#line 2000
  return ::recv(fd, bytes, sizeof bytes, 0);
}

int get_poem() {
  const int fd = connect_to_port();
  wait_for_bytes(fd);
  while (receive(fd) > 0) {
  }
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string way = argv[1];
  port = argv[2];
  if (way == "thread") std::thread(get_poem).join();
  if (way == "child") {
    if (::fork() == 0) std::_Exit(get_poem());
    ::wait(nullptr);
  }
  if (way == "become") ::execl(argv[0], argv[0], "here", argv[2], nullptr);
  return way == "here" ? get_poem() : EXIT_SUCCESS;
}
