// Poems that arrive whole: behaviour.md, section 3. Promises of all clients are
// tested with each client and each --reactor.

#include <memory>
#include <utility>

#include "programs/clients.h"

using namespace clients;

namespace {

FOR_ALL_CLIENTS_BUT(Clients, "Stack");
// Those that print each piece when it arrives.
FOR_CLIENTS(Listening, "Async", "Reactor1", "Reactor2");
FOR_CLIENTS(SimpleClient, "Simple", "Reactor3");

TEST_P(Clients, B01_PrintTheSameAsTheTutorial) {
  std::vector<std::unique_ptr<PoetryServer>> servers;
  std::vector<Wanted> poems;
  for (const auto& [name, bytes] :
       {std::pair("ecstasy", "30"), {"fascination", "10"}, {"science", "10"}}) {
    const std::string file = rig::poem_path(name);
    servers.push_back(std::make_unique<PoetryServer>(
        file, Words{"--delay", ".002", "--num-bytes", bytes}));
    poems.push_back({servers.back()->address(), rig::contents(file)});
  }
  EXPECT_EQ(poems[0].poem.size(), 3003U);
  EXPECT_EQ(poems[1].poem.size(), 623U);
  EXPECT_EQ(poems[2].poem.size(), 653U);
  expect_all_whole(GetParam(), poems);
}

TEST_P(Clients, FetchFromTheSameServerThreeTimes) {
  const std::string science = rig::poem_path("science");
  PoetryServer server(science, {"--delay", "0", "--num-bytes", "100"});
  const Wanted wanted{server.address(), rig::contents(science)};
  expect_all_whole(GetParam(), {wanted, wanted, wanted});
}

TEST_P(Clients, FetchAnEmptyPoem) {
  const PoemFile poem("");
  PoetryServer server(poem.path());
  expect_all_whole(GetParam(), {{server.address(), ""}});
}

TEST_P(Clients, FetchAPoemOfOneByte) {
  const PoemFile poem("x");
  PoetryServer server(poem.path());
  expect_all_whole(GetParam(), {{server.address(), "x"}});
}

TEST_P(Clients, M05_FetchAllByteValues) {
  const PoemFile poem(rig::binary_poem());
  PoetryServer server(poem.path(), {"--delay", "0", "--num-bytes", "7"});
  expect_all_whole(GetParam(), {{server.address(), rig::binary_poem()}});
}

TEST_P(Clients, M06_CountBytesNotCharacters) {
  const std::string geduld = rig::poem_path("geduld");
  PoetryServer server(geduld, {"--delay", "0", "--num-bytes", "1"});
  expect_all_whole(GetParam(), {{server.address(), rig::contents(geduld)}});
}

TEST_P(Clients, E02_FetchTheSamePoemHoweverItIsCut) {
  const std::string poem = rig::long_poem(3000);
  Server by_bytes(rig::serves_byte_by_byte(poem));
  Server at_once(rig::serves(poem));
  expect_all_whole(GetParam(),
                   {{by_bytes.address(), poem}, {at_once.address(), poem}});
}

TEST_P(Clients, E01_FetchALongPoem) {
  const PoemFile poem(rig::long_poem(20'000'000));
  PoetryServer server(poem.path(), {"--delay", "0", "--num-bytes", "1000000"});
  expect_all_whole(GetParam(),
                   {{server.address(), rig::long_poem(20'000'000)}});
}

TEST_P(SimpleClient, E01_FetchesAVeryLongPoem) {
  const PoemFile poem(rig::long_poem(100'000'000));
  PoetryServer server(poem.path(),
                      {"--delay", "0", "--num-bytes", "100000000"});
  const auto outcome = run({server.address()});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_TRUE(outcome.out == rig::long_poem(100'000'000));
}

TEST_P(Clients, D13_PrintIPv6AddressesInBrackets) {
  if (!rig::has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  const std::string science = rig::poem_path("science");
  PoetryServer server(science, {"--iface", "::1", "--delay", "0"});
  expect_all_whole(GetParam(),
                   {{server.address("[::1]"), rig::contents(science)}});
}

TEST_P(Clients, G03_PrintAddressesAsTheyWereTyped) {
  const std::string science = rig::poem_path("science");
  PoetryServer server(science, {"--delay", "0", "--num-bytes", "100"});
  const auto outcome = run({server.address("localhost"), server.address(""),
                            std::to_string(server.port())});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  const std::string poem = rig::contents(science);
  expect_printed(GetParam(),
                 {{server.address("localhost"), poem},
                  {server.address(), poem},
                  {server.address(), poem}},
                 outcome.out);
}

TEST_P(Clients, G03_ReportARefusedAddressAsItWasTyped) {
  rig::RefusingPort port;
  const std::string number = std::to_string(port.port());
  const auto outcome = run({"localhost:" + number, ':' + number, number});
  EXPECT_EQ(sorted_lines(outcome.err),
            sorted_lines(refused("localhost:" + number) +
                         refused(port.address()) + refused(port.address())));
}

// Each task prints its number with each piece; expect_printed() adds up.
TEST_P(Clients, G06_NumberTheTasksAndCountEveryByte) {
  std::vector<std::unique_ptr<Server>> servers;
  std::vector<Wanted> poems;
  for (const std::size_t size : {1U, 7U, 100U, 1000U, 70000U}) {
    const std::string poem = rig::long_poem(size);
    const bool is_cut = size == 100;
    servers.push_back(std::make_unique<Server>(
        is_cut ? rig::serves_byte_by_byte(poem) : rig::serves(poem)));
    poems.push_back({servers.back()->address(), poem});
  }
  expect_all_whole(GetParam(), poems);
}

TEST_P(Listening, L02_FetchAThousandPoemsAtOnce) {
  Server server(rig::serves("x"));
  const std::vector<Wanted> poems(1000, {server.address(), "x"});
  expect_all_whole(GetParam(), poems);
}

}  // namespace
