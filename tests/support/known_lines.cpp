// A client whose calls are at known lines:  known_lines WAY PORT
//
// WAY is "here", "thread", "child" for another process, or "become" for another
// program in this one.

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <thread>

#include "connect_to.h"

namespace {

std::string port;

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
  const int fd = connect_to(port);
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
