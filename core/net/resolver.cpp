#include "net/resolver.h"

#include <netdb.h>
#include <sys/socket.h>

#include <cerrno>
#include <memory>

namespace net {

const std::error_category& resolver_category() {
  static const class final : public std::error_category {
    const char* name() const noexcept override { return "resolver"; }
    std::string message(int value) const override {
      return ::gai_strerror(value);
    }
  } category;
  return category;
}

namespace {

[[noreturn]] void throw_resolver_error(int error, const std::string& host) {
  if (error == EAI_SYSTEM) {
    throw std::system_error(errno, std::generic_category(), host);
  }
  throw std::system_error(error, resolver_category(), host);
}

}  // namespace

std::vector<Address> resolve(const Address& address) {
  if (is_literal(address.host)) return {address};
  if (address.host.find('\0') != address.host.npos) {
    // The system would ask for what stands before it.
    throw_resolver_error(EAI_NONAME, address.host);
  }

  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  int error = ::getaddrinfo(address.host.c_str(), nullptr, &hints, &found);
  if (error != 0 && address.host == "localhost") {
    // RFC 6761: it is always this machine, whoever was asked.
    return {{"127.0.0.1", address.port}, {"::1", address.port}};
  }
  if (error != 0) throw_resolver_error(error, address.host);

  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(
      found, &::freeaddrinfo);
  std::vector<Address> literals;
  for (const addrinfo* info = found; info; info = info->ai_next) {
    char host[NI_MAXHOST];
    error = ::getnameinfo(info->ai_addr, info->ai_addrlen, host, sizeof host,
                          nullptr, 0, NI_NUMERICHOST);
    if (error != 0) throw_resolver_error(error, address.host);
    literals.push_back({host, address.port});
  }
  return literals;
}

}  // namespace net
