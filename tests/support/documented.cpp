#include "support/documented.h"

namespace rig {
namespace {

// The errors of the man pages, without those that need a mistake in the
// program, like EBADF, or a kind of socket that is not used here.
const std::map<std::string, std::vector<std::string>> documented = {
    {"accept",
     {"ECONNABORTED", "EAGAIN", "EINTR", "EMFILE", "ENFILE", "ENOBUFS",
      "ENOMEM", "EPROTO", "EPERM", "ENETDOWN", "EHOSTUNREACH"}},
    {"accept4",
     {"ECONNABORTED", "EAGAIN", "EINTR", "EMFILE", "ENFILE", "ENOBUFS",
      "ENOMEM", "EPROTO", "EPERM", "ENETDOWN", "EHOSTUNREACH"}},
    {"bind", {"EADDRINUSE", "EACCES", "EADDRNOTAVAIL"}},
    {"close", {"EIO", "EINTR", "ENOSPC", "EDQUOT"}},
    {"connect",
     {"ECONNREFUSED", "EACCES", "EPERM", "EADDRINUSE", "EADDRNOTAVAIL",
      "EAGAIN", "EALREADY", "EINPROGRESS", "EINTR", "ENETUNREACH",
      "EHOSTUNREACH", "ETIMEDOUT"}},
    {"epoll_create1", {"EMFILE", "ENFILE", "ENOMEM", "ENOSYS", "EPERM"}},
    {"epoll_ctl", {"ENOMEM", "ENOSPC"}},
    {"epoll_wait", {"EINTR"}},
    {"eventfd", {"EMFILE", "ENFILE", "ENODEV", "ENOMEM"}},
    {"eventfd_read", {}},  // it is ready to be read
    {"eventfd_write", {}},  // the counter cannot overflow
    {"fcntl", {"EAGAIN", "EACCES", "EPERM"}},
    {"fstat", {"ENOMEM", "EOVERFLOW"}},
    {"getaddrinfo",
     {"EAI_NONAME", "EAI_ADDRFAMILY", "EAI_AGAIN", "EAI_FAIL", "EAI_MEMORY",
      "EAI_NODATA", "EAI_SERVICE", "EAI_SYSTEM"}},
    {"getnameinfo",
     {"EAI_AGAIN", "EAI_FAIL", "EAI_FAMILY", "EAI_MEMORY", "EAI_OVERFLOW",
      "EAI_SYSTEM"}},
    {"getpeername", {"ENOTCONN", "ENOBUFS"}},
    {"getsockname", {"ENOBUFS"}},
    {"listen", {"EADDRINUSE"}},
    {"open",
     {"ENOENT", "EACCES", "EINTR", "ELOOP", "EMFILE", "ENFILE", "ENOMEM",
      "EPERM"}},
    {"poll", {"EINTR", "ENOMEM"}},
    {"pread", {"EIO", "EINTR", "short 0", "short 1"}},
    {"pthread_create", {"EAGAIN", "EPERM"}},
    {"recv",
     {"ECONNRESET", "EAGAIN", "EINTR", "ENOMEM", "ENOTCONN", "ETIMEDOUT",
      "EHOSTUNREACH", "short 1"}},
    {"select", {"EINTR", "ENOMEM"}},
    {"send",
     {"ECONNRESET", "EAGAIN", "EINTR", "ENOBUFS", "ENOMEM", "EPIPE",
      "ETIMEDOUT", "EHOSTUNREACH", "short 1"}},
    {"setsockopt", {"ENOPROTOOPT", "ENOBUFS", "ENOMEM", "EPERM"}},
    {"shutdown", {"ENOTCONN"}},
    {"socket",
     {"EMFILE", "EACCES", "EAFNOSUPPORT", "ENFILE", "ENOBUFS", "ENOMEM",
      "EPROTONOSUPPORT"}},
    {"write",
     {"ENOSPC", "EAGAIN", "EDQUOT", "EFBIG", "EINTR", "EIO", "EPERM", "EPIPE",
      "short 0", "short 1"}},
};

// Of a call that is made very often, the first calls and the last.
constexpr int most_of_each = 20;

}  // namespace

std::string to_string(const Fault& fault) {
  return fault.call + ' ' + std::to_string(fault.number) + ' ' + fault.what;
}

std::vector<Fault> faults_in(const std::map<std::string, int>& counts) {
  std::vector<Fault> faults;
  for (const auto& [call, count] : counts) {
    for (int number = 1; number <= count; ++number) {
      if (number > most_of_each && number < count) continue;
      for (const std::string& what : documented.at(call)) {
        faults.push_back({call, number, what});
      }
    }
  }
  return faults;
}

std::vector<std::string> documented_calls() {
  std::vector<std::string> calls;
  for (const auto& [call, errors] : documented) {
    calls.push_back(call);
  }
  return calls;
}

}  // namespace rig
