// Addresses: reading and printing them.

#include <stdexcept>

#include "net/address.h"
#include "net/message.h"
#include "support/rig.h"

namespace {

using namespace std::string_literals;
using net::Address;
using rig::message_thrown_by;

TEST(Address, M10_GoodArguments) {
  const std::string longest(253, 'a');
  const std::vector<std::pair<std::string, Address>> table{
      {"1", {"127.0.0.1", 1}},
      {"10001", {"127.0.0.1", 10001}},
      {"65535", {"127.0.0.1", 65535}},
      {"00080", {"127.0.0.1", 80}},
      {":80", {"127.0.0.1", 80}},
      {"0.0.0.0:80", {"0.0.0.0", 80}},
      {"192.168.0.1:80", {"192.168.0.1", 80}},
      {"localhost:80", {"localhost", 80}},
      {"poetry.example.com:80", {"poetry.example.com", 80}},
      {"a-b_c.:80", {"a-b_c.", 80}},
      {"127.1:80", {"127.1", 80}},
      {"[::1]:80", {"::1", 80}},
      {"[::]:80", {"::", 80}},
      {"[2001:db8::1]:80", {"2001:db8::1", 80}},
      {"[fe80::1%lo]:80", {"fe80::1%lo", 80}},
      {"[::ffff:1.2.3.4]:80", {"::ffff:1.2.3.4", 80}},
      {longest + ":80", {longest, 80}},
  };
  for (const auto& [text, address] : table) {
    EXPECT_EQ(message_thrown_by([&word = text] { net::parse_address(word); }),
              "")
        << text;
    EXPECT_EQ(net::parse_address(text), address) << text;
  }
}

TEST(Address, M10_BadPorts) {
  for (const std::string text :
       {"",        ":",       "x",        "-1",        "+1",
        " 1",      "1 ",      "1\n",      "1.0",       "1e3",
        "0x50",    "80a",     "host:",    "host:http", "[::1]:",
        "[::1]:x", "host:-1", "host: 80", "1\xc2\xb2", "\xd9\xa3\xd9\xa3",
        "80,81",   "''"}) {
    EXPECT_EQ(message_thrown_by([&] { net::parse_address(text); }),
              "Ports must be integers.")
        << text;
  }
  EXPECT_EQ(message_thrown_by([] { net::parse_address("80\0"s); }),
            "Ports must be integers.");
  for (const std::string text :
       {"0", "00", "65536", "70000", "99999999999999999999", "host:0",
        "[::1]:65536", "4294967376"}) {
    EXPECT_EQ(message_thrown_by([&] { net::parse_address(text); }),
              "Ports must be between 1 and 65535.")
        << text;
  }
}

TEST(Address, M10_BadHosts) {
  for (const std::string& text : {
           "::1:80"s,
           ":::80"s,
           "::80"s,
           "a:b:80"s,
           "[]:80"s,
           "[:80"s,
           "]:80"s,
           "[localhost]:80"s,
           "[127.0.0.1]:80"s,
           "[::1:80"s,
           "::1]:80"s,
           "[[::1]]:80"s,
           "[fe80::1%" + std::string(253, 'a') + "]:80",
           "[::1] :80"s,
           "[::g]:80"s,
           "[::1"s,
           "[::1]"s,
           "a b:80"s,
           " a:80"s,
           "a\t:80"s,
           "a\n:80"s,
           "a\x7f:80"s,
           "a\0b:80"s,
           "[::1\0]:80"s,
           "[::1\0x]:80"s,
           "[::1%]:80"s,
           "[::1%a b]:80"s,
           "[::1%\x1b[31m]:80"s,
           "http://host:80"s,
           std::string(254, 'a') + ":80",
       }) {
    EXPECT_THROW(net::parse_address(text), std::invalid_argument) << text;
  }
}

TEST(Address, IsPrintedAsItIsTyped) {
  EXPECT_EQ(to_string(Address()), "127.0.0.1:0");
  EXPECT_EQ(to_string(Address{"localhost", 80}), "localhost:80");
  EXPECT_EQ(to_string(Address{"::1", 10001}), "[::1]:10001");
  EXPECT_EQ(to_string(Address{"fe80::1%lo", 1}), "[fe80::1%lo]:1");
  EXPECT_EQ(to_string(Address{"", 80}), ":80");
  for (const std::string text : {"1.2.3.4:65535", "[::1]:1", "a:80"}) {
    EXPECT_EQ(to_string(net::parse_address(text)), text);
  }
}

TEST(Address, D12_OnlyStrictIpAddressesAreIpAddresses) {
  for (const std::string& host : {
           "0.0.0.0"s,
           "127.0.0.1"s,
           "255.255.255.255"s,
           "::"s,
           "::1"s,
           "2001:db8::1"s,
           "2001:DB8:0:0:0:0:0:1"s,
           "1:2:3:4:5:6:7:8"s,
           "::ffff:127.0.0.1"s,
           "fe80::1%lo"s,
           "fe80::1%2"s,
       }) {
    EXPECT_TRUE(net::is_ip_address(host)) << host;
  }
  for (const std::string& host : {
           ""s,
           "127.1"s,
           "0x7f.1"s,
           "0x7f000001"s,
           "017700000001"s,
           "2130706433"s,
           "1.2.3"s,
           "1.2.3.4.5"s,
           "256.0.0.1"s,
           "1.2.3.4 "s,
           " 1.2.3.4"s,
           "1.2.3.-4"s,
           "1..2.3"s,
           "127.0.0.1%lo"s,
           "127.0.0.1\0"s,
           "127.0.0.1\0.example.com"s,
           "::1\0"s,
           "[::1]"s,
           ":"s,
           ":::"s,
           "1:2:3:4:5:6:7"s,
           "1:2:3:4:5:6:7:8:9"s,
           "::1::"s,
           "12345::"s,
           "::g"s,
           "localhost"s,
           "%lo"s,
           "::1%"s,
       }) {
    EXPECT_FALSE(net::is_ip_address(host)) << host;
  }
}

}  // namespace
