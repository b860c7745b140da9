#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>

#include "support/caller.h"

namespace caller {
namespace {

// Unknown to the compiler, which would otherwise not call the functions that
// check sizes.
volatile std::size_t five = 5;

void did(const char* call, int fd, long result) {
  std::printf("%s %d %ld\n", call, fd, result);
}

void write_each(int to) {
  std::array<char, 5> data = {'h', 'e', 'l', 'l', 'o'};
  iovec piece{data.data(), five};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  did("send", to, ::send(to, data.data(), five, 0));
  did("sendto", to, ::sendto(to, data.data(), five, 0, nullptr, 0));
  did("sendmsg", to, ::sendmsg(to, &message, 0));
  did("write", to, ::write(to, data.data(), five));
  did("writev", to, ::writev(to, &piece, 1));
  did("pwritev2", to, ::pwritev2(to, &piece, 1, -1, 0));
  mmsghdr messages{message, 0};
  must(::sendmmsg(to, &messages, 1, 0) == 1, "sendmmsg");
  did("sendmmsg", to, messages.msg_len);
  std::FILE* const file = std::tmpfile();
  must(::write(fileno(file), data.data(), five) == 5, "write");
  off_t offset = 0;
  did("sendfile", to, ::sendfile(to, fileno(file), &offset, five));
  std::fclose(file);
  std::array<int, 2> pipe{};
  must(::pipe(pipe.data()) == 0, "pipe");
  must(::write(pipe[1], data.data(), five) == 5, "write");
  did("splice_to", to, ::splice(pipe[0], nullptr, to, nullptr, five, 0));
  did("send", to, ::send(to, data.data(), five, 0));
}

void read_each(int from) {
  std::array<char, 100> data{};
  iovec piece{data.data(), five};
  msghdr message{};
  message.msg_iov = &piece;
  message.msg_iovlen = 1;
  did("peek", from, ::recv(from, data.data(), five, MSG_PEEK));
  did("recv", from, ::recv(from, data.data(), five, 0));
  did("recvfrom", from,
      ::recvfrom(from, data.data(), five, 0, nullptr, nullptr));
  did("recvmsg", from, ::recvmsg(from, &message, 0));
  did("read", from, ::read(from, data.data(), five));
  did("readv", from, ::readv(from, &piece, 1));
  did("preadv2", from, ::preadv2(from, &piece, 1, -1, 0));
  mmsghdr messages{message, 0};
  must(::recvmmsg(from, &messages, 1, 0, nullptr) == 1, "recvmmsg");
  did("recvmmsg", from, messages.msg_len);
  std::array<int, 2> pipe{};
  must(::pipe(pipe.data()) == 0, "pipe");
  did("splice", from, ::splice(from, nullptr, pipe[1], nullptr, five, 0));
}

// Leaves some bytes to be read.
void wait_each(int fd) {
  pollfd one[1] = {{fd, POLLIN, 0}};
  const nfds_t count = five - 4;
  fd_set set;
  const auto only = [&] {
    FD_ZERO(&set);
    FD_SET(fd, &set);
    return &set;
  };
  did("select", fd, ::select(fd + 1, only(), nullptr, nullptr, nullptr));
  did("pselect", fd,
      ::pselect(fd + 1, only(), nullptr, nullptr, nullptr, nullptr));
  did("poll", fd, ::poll(one, count, -1));
  did("ppoll", fd, ::ppoll(one, count, nullptr, nullptr));
  const int epoll = ::epoll_create1(0);
  epoll_event event{EPOLLIN, {}};
  must(::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
  did("epoll_wait", fd, ::epoll_wait(epoll, &event, 1, -1));
  did("epoll_pwait", fd, ::epoll_pwait(epoll, &event, 1, -1, nullptr));
  did("epoll_pwait2", fd, ::epoll_pwait2(epoll, &event, 1, nullptr, nullptr));
  ::close(epoll);
}

}  // namespace

void each_call() {
  Listener listener;
  const int client = ::socket(AF_INET, SOCK_STREAM, 0);
  did("connect", client,
      ::connect(client, generic(listener.address), listener.length));
  const int server = ::accept(listener.fd, nullptr, nullptr);
  did("accept", server, server);
  const int other = ::socket(AF_INET, SOCK_STREAM, 0);
  did("connect", other,
      ::connect(other, generic(listener.address), listener.length));
  const int second = ::accept4(listener.fd, nullptr, nullptr, SOCK_CLOEXEC);
  did("accept4", second, second);
  write_each(server);
  read_each(client);
  wait_each(client);
  did("shutdown", client, ::shutdown(client, SHUT_RDWR));
  did("close", client, ::close(client));
  did("close", server, ::close(server));
}

}  // namespace caller
