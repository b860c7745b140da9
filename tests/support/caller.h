// A program to be traced, see caller.cpp: the parts that its files share.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace caller {

// Makes each of the calls that are traced, and prints it: "recv 4 5".
void each_call();

// Ends the program if the condition does not hold.
inline void must(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "%s: %s\n", what, std::strerror(errno));
  std::_Exit(99);
}

inline sockaddr* generic(sockaddr_in& address) {
  return reinterpret_cast<sockaddr*>(&address);
}

struct Listener {
  int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  socklen_t length = sizeof address;

  Listener() {
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    must(::bind(fd, generic(address), length) == 0, "bind");
    must(::listen(fd, 100) == 0, "listen");
    must(::getsockname(fd, generic(address), &length) == 0, "getsockname");
  }
};

struct Pair {
  Listener listener;
  int client = ::socket(AF_INET, SOCK_STREAM, 0);
  int server = -1;

  Pair() {
    must(::connect(client, generic(listener.address), listener.length) == 0,
         "connect");
    server = ::accept(listener.fd, nullptr, nullptr);
    must(server >= 0, "accept");
  }
};

}  // namespace caller
