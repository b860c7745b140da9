// Makes an epoll instance, and closes it.
#include <sys/epoll.h>
#include <unistd.h>

int main() {
  return ::close(::epoll_create1(EPOLL_CLOEXEC));
}
