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

using AddrInfo = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

// `error` is the result of getaddrinfo().
AddrInfo look_up(const std::string& host, int& error) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  error = ::getaddrinfo(host.c_str(), nullptr, &hints, &found);
  return {error == 0 ? found : nullptr, &::freeaddrinfo};
}

std::string ip_address(const addrinfo& info, const std::string& name) {
  char host[NI_MAXHOST];
  const int error = ::getnameinfo(info.ai_addr, info.ai_addrlen, host,
                                  sizeof host, nullptr, 0, NI_NUMERICHOST);
  if (error != 0) throw_resolver_error(error, name);
  return host;
}

}  // namespace

std::vector<Address> resolve(const Address& address) {
  const auto& [host, port] = address;
  if (is_ip_address(host)) return {address};
  // The system would look up what stands before the '\0'.
  if (host.find('\0') != host.npos) throw_resolver_error(EAI_NONAME, host);

  int error = 0;
  const AddrInfo found = look_up(host, error);
  if (error != 0 && host == "localhost") {
    // RFC 6761: it is this machine, whatever the name server says.
    return {{"127.0.0.1", port}, {"::1", port}};
  }
  if (error != 0) throw_resolver_error(error, host);

  std::vector<Address> ip_addresses;
  for (const addrinfo* info = found.get(); info; info = info->ai_next) {
    ip_addresses.push_back({ip_address(*info, host), port});
  }
  return ip_addresses;
}

}  // namespace net
