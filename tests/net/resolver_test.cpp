// Names: their lookup by the blocking resolver.

#include <netdb.h>
#include <stdexcept>

#include "net/resolver.h"
#include "support/faults/script.h"
#include "support/tcp.h"

namespace {

using namespace std::string_literals;
using net::Address;

TEST(Resolver, D12_AnIpAddressNeedsNoLookup) {
  for (const Address& literal :
       {Address{"127.0.0.1", 80}, {"::1", 80}, {"fe80::1%lo", 80}}) {
    EXPECT_EQ(net::resolve(literal), std::vector{literal});
  }
}

TEST(Resolver, LocalhostIsLoopback) {
  const auto found = net::resolve({"localhost", 80});
  ASSERT_FALSE(found.empty());
  for (const Address& address : found) {
    EXPECT_TRUE(net::is_ip_address(address.host)) << address.host;
    EXPECT_EQ(address.port, 80);
  }
}

TEST(Resolver, D10_ALookupFailsWithTheReasonOfTheResolver) {
  const auto error_of = [](const char* line) {
    const faults::Script script(line);
    return rig::code_thrown_by([] { net::resolve({"poems.test", 1}); });
  };
  EXPECT_EQ(error_of("getaddrinfo 1 EAI_AGAIN"),
            std::error_code(EAI_AGAIN, net::resolver_category()));
  EXPECT_EQ(error_of("getaddrinfo 1 EAI_SYSTEM"), std::errc::io_error);
}

// Without a numeric address there is nothing to connect to.
TEST(Resolver, D10_AFailureOfGetnameinfoIsAFailure) {
  const std::error_code no_hosts(EAI_NODATA, net::resolver_category());
  const auto error_of = [&](const char* line) {
    const faults::Script script(line);
    const auto error = rig::code_thrown_by([] {
      net::resolve({"localhost", 1});
    });
    return faults::calls("getnameinfo") > 0 ? error : no_hosts;
  };
  if (error_of("") == no_hosts) GTEST_SKIP() << "no localhost in /etc/hosts";
  EXPECT_EQ(error_of("getnameinfo 1 EAI_MEMORY"),
            std::error_code(EAI_MEMORY, net::resolver_category()));
  EXPECT_EQ(error_of("getnameinfo 1 EAI_SYSTEM"), std::errc::io_error);
}

// A name server that cannot be reached has another error than one that has no
// answer.
TEST(Resolver, D10_ANameThatDoesNotResolveThrows) {
  try {
    net::resolve({"no.such.invalid", 80});
    FAIL() << "it resolves";
  } catch (const std::system_error& error) {
    EXPECT_TRUE(error.code());
    EXPECT_TRUE(error.code().category() == net::resolver_category() ||
                error.code().category() == std::generic_category());
    EXPECT_NE(std::string(error.what()).find("no.such.invalid"),
              std::string::npos);
  }
  EXPECT_STREQ(net::resolver_category().name(), "resolver");
}

TEST(Resolver, M10_ANameWithANulByteIsRefused) {
  EXPECT_THROW(net::resolve({"localhost\0.example.com"s, 80}),
               std::system_error);
}

// "localhost" is never asked of a name server.
TEST(Resolver, D10_LocalhostIsLoopback) {
  const faults::Script script("getaddrinfo * EAI_AGAIN");
  EXPECT_EQ(net::resolve({"localhost", 7}),
            (std::vector<Address>{{"127.0.0.1", 7}, {"::1", 7}}));
}

}  // namespace
