#include "support/fake_network.h"

#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <new>

#include "support/tcp.h"

namespace rig {

std::map<std::string, std::vector<std::string>> names;
std::atomic<int> questions;
std::shared_ptr<std::latch> slow_answer;
int connect_error = 0;
int thread_error = 0;
int answer_error = 0;

namespace {

std::mutex asked_mutex;
std::vector<std::string> asked;

void remember(const std::string& name) {
  const std::lock_guard lock(asked_mutex);
  if (name != "slow.test") asked.push_back(name);
}

}  // namespace

std::vector<std::string> asked_names() {
  const std::lock_guard lock(asked_mutex);
  return asked;
}

void forget_asked_names() {
  const std::lock_guard lock(asked_mutex);
  asked.clear();
}

}  // namespace rig

namespace {

// Asks the system, which needs no name server for an IP address.
addrinfo* info_of_ip_address(const std::string& address) {
  static const auto system = reinterpret_cast<decltype(&::getaddrinfo)>(
      ::dlsym(RTLD_NEXT, "getaddrinfo"));
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* found = nullptr;
  system(address.c_str(), nullptr, &hints, &found);
  return found;
}

}  // namespace

extern "C" int getaddrinfo(const char* name,
                           const char*,
                           const addrinfo* hints,
                           addrinfo** found) {
  if (hints->ai_socktype != SOCK_STREAM) return EAI_SOCKTYPE;
  const auto entry = rig::names.find(name);
  const auto addresses =
      entry == rig::names.end() ? std::vector<std::string>() : entry->second;
  const auto answer = rig::slow_answer;
  rig::remember(name);
  ++rig::questions;
  if (name == std::string("slow.test")) answer->wait();
  if (name == std::string("vast.test")) throw std::bad_alloc();
  if (addresses.empty()) return EAI_NONAME;
  for (const std::string& address : addresses) {
    *found = info_of_ip_address(address);
    while (*found) {
      found = &(*found)->ai_next;
    }
  }
  return 0;
}

extern "C" int pthread_create(pthread_t* thread,
                              const pthread_attr_t* attributes,
                              void* (*run)(void*),
                              void* argument) noexcept {
  static const auto system = reinterpret_cast<decltype(&::pthread_create)>(
      ::dlsym(RTLD_NEXT, "pthread_create"));
  if (rig::thread_error != 0) return rig::thread_error;
  return system(thread, attributes, run, argument);
}

extern "C" int socket(int family, int type, int protocol) noexcept {
  const rig::ScarceDescriptors scarce;
  return static_cast<int>(::syscall(SYS_socket, family, type, protocol));
}

extern "C" int eventfd(unsigned count, int flags) noexcept {
  const rig::ScarceDescriptors scarce;
  return static_cast<int>(::syscall(SYS_eventfd2, count, flags));
}

extern "C" int eventfd_read(int fd, eventfd_t* count) {
  if (rig::answer_error != 0) return errno = rig::answer_error, -1;
  return ::read(fd, count, sizeof *count) < 0 ? -1 : 0;
}

extern "C" int connect(int fd, const sockaddr* address, socklen_t size) {
  if (rig::connect_error != 0) return errno = rig::connect_error, -1;
  return static_cast<int>(::syscall(SYS_connect, fd, address, size));
}
