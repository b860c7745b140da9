// A client with known faults, which poetry-compare has to find.
//
//     sleepy_client callback PORT   waits with poll, but sleeps for half a
//                                   second when it has read three times
//     sleepy_client late PORT       reads nothing for 0.425 s, then everything

#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "connect_to.h"

using namespace std::chrono_literals;

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
