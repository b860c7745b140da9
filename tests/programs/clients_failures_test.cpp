// Servers that refuse or break off, and what the exit status then is.

#include <sys/resource.h>
#include <algorithm>
#include <memory>
#include <regex>

#include "programs/clients.h"

using namespace clients;

namespace {

FOR_ALL_CLIENTS_BUT(Clients, "Stack");

TEST_P(Clients, D03_ReportARefusedConnection) {
  rig::RefusingPort port;
  const auto outcome = run({port.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, refused(port.address()));
  expect_printed(GetParam(), {{port.address(), "", Wanted::never}},
                 outcome.out);
}

TEST_P(Clients, A11_EndByThemselvesIfAllServersRefuse) {
  rig::RefusingPort ports[3];
  const auto outcome =
      run({ports[0].address(), ports[1].address(), ports[2].address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(
      sorted_lines(outcome.err),
      sorted_lines(refused(ports[0].address()) + refused(ports[1].address()) +
                   refused(ports[2].address())));
  expect_printed(GetParam(),
                 {{ports[0].address(), "", Wanted::never},
                  {ports[1].address(), "", Wanted::never},
                  {ports[2].address(), "", Wanted::never}},
                 outcome.out);
}

TEST_P(Clients, B16_FetchTheOthersIfOneOfThreeRefuses) {
  for (std::size_t bad = 0; bad < 3; ++bad) {
    rig::RefusingPort port;
    Server server(rig::serves("a poem\n"));
    std::vector<Wanted> poems(3, {server.address(), "a poem\n"});
    poems[bad] = {port.address(), "", Wanted::never};
    const auto outcome =
        run({poems[0].address, poems[1].address, poems[2].address});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err, refused(port.address()));
    expect_printed(GetParam(), poems, outcome.out);
  }
}

TEST_P(Clients, D10_ReportAnUnknownHost) {
  Server server(rig::serves("a poem\n"));
  // The empty label makes it invalid without asking a name server.
  const std::string nowhere = "no..such.host:1";
  const auto outcome = run({nowhere, server.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
  EXPECT_TRUE(std::regex_match(
      outcome.err,
      std::regex("Failed to connect to no\\.\\.such\\.host:1: .+\n")))
      << outcome.err;
  expect_printed(GetParam(),
                 {{nowhere, "", Wanted::never}, {server.address(), "a poem\n"}},
                 outcome.out);
}

TEST_P(Clients, E11_KeepDataThatArrivedBeforeAReset) {
  for (const std::size_t bytes : {0U, 1U, 11U, 65536U}) {
    SCOPED_TRACE(bytes);
    pid = 0;
    Server server(resets_after(bytes));
    const auto outcome = run({server.address()});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.err, reset(1, bytes));
    expect_printed(GetParam(),
                   {{server.address(), rig::long_poem(bytes), Wanted::partial}},
                   outcome.out);
  }
}

// Three good servers and three bad ones. One of the bad ones is silent until
// all good poems are complete: a client that waits for it would wait for ever.
TEST_P(Clients, G07_FetchAllGoodPoemsAmongBadServers) {
  int rotation = 0;
  for (const std::string order : {"GGGBBB", "BBBGGG", "GBGBGB", "BGBGBG",
                                  "BGGGBB", "GBBBGG", "BGBBGG", "GGBBGB"}) {
    SCOPED_TRACE(order);
    pid = 0;
    Server good[] = {Server(rig::serves("one\n")),
                     Server(rig::serves(rig::long_poem(30000))),
                     Server(rig::serves_byte_by_byte("three\n"))};
    rig::RefusingPort refusing;
    Server resetting(resets_after(11));
    Server silent([&](Visit& visit) {
      if (!GetParam().is("Blocking")) {
        visit.wait_for([&] {
          return good[0].served() + good[1].served() + good[2].served() == 3;
        });
      }
      resets_after(0)(visit);
    });

    std::vector<Wanted> poems;
    std::string err;
    int goods = 0;
    int bads = rotation++;
    for (const char kind : order) {
      const int num = static_cast<int>(poems.size()) + 1;
      if (kind == 'G') {
        const std::string text = goods == 0   ? "one\n"
                                 : goods == 1 ? rig::long_poem(30000)
                                              : "three\n";
        poems.push_back({good[goods++].address(), text});
        continue;
      }
      switch (bads++ % 3) {
        case 0:
          poems.push_back({refusing.address(), "", Wanted::never});
          err += refused(refusing.address());
          break;
        case 1:
          poems.push_back(
              {resetting.address(), rig::long_poem(11), Wanted::partial});
          err += reset(num, 11);
          break;
        default:
          poems.push_back({silent.address(), "", Wanted::partial});
          err += reset(num, 0);
      }
    }
    Words addresses;
    for (const Wanted& wanted : poems) {
      addresses.push_back(wanted.address);
    }
    const auto outcome = run(addresses);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(sorted_lines(outcome.err), sorted_lines(err));
    expect_printed(GetParam(), poems, outcome.out);
  }
}

TEST_P(Clients, D14_GiveTwentyAddressesAnOutcomeWithTwelveDescriptors) {
  std::vector<std::unique_ptr<Server>> servers;
  std::vector<Wanted> poems;
  Words addresses;
  for (int i = 0; i < 20; ++i) {
    servers.push_back(std::make_unique<Server>(rig::serves("x")));
    addresses.push_back(servers.back()->address());
    poems.push_back({addresses.back(), "x"});
  }
  const auto outcome =
      run(Command{.words = words(addresses), .descriptors = 12});

  const auto failures = rig::lines(outcome.err);
  for (Wanted& wanted : poems) {
    const std::string failure =
        "Failed to connect to " + wanted.address + ": Too many open files";
    if (std::count(failures.begin(), failures.end(), failure) == 1) {
      wanted = {wanted.address, "", Wanted::never};
    }
  }
  const auto failed =
      std::count_if(poems.begin(), poems.end(),
                    [](const auto& p) { return p.fate == Wanted::never; });
  EXPECT_EQ(static_cast<std::size_t>(failed), failures.size()) << outcome.err;
  EXPECT_LT(failed, 20);
  // The blocking client needs one at a time.
  EXPECT_EQ(failed == 0, GetParam().is("Blocking"));
  EXPECT_EQ(outcome.status, failed == 0 ? 0 : 1);
  expect_printed(GetParam(), poems, outcome.out);
}

TEST_P(Clients, L01_WorkOrFailCleanlyAboveTheLimitOfSelect) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_max < 4096) GTEST_SKIP() << "too few descriptors here";
  Server server(rig::serves("a poem\n"));
  const auto outcome = run(Command{.words = words({server.address()}),
                                   .descriptors = 4096,
                                   .inherited = 1030});
  if (GetParam().is("Async") || GetParam().reactor == "select") {
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(rig::lines(outcome.err).size(), 1U) << outcome.err;
  } else {
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(outcome.err, "");
    expect_printed(GetParam(), {{server.address(), "a poem\n"}}, outcome.out);
  }
}

// --- Exit status -------------------------------------------------------------

TEST_P(Clients, K04_FailuresGoToStderrAndSetTheExitStatus) {
  struct Golden {
    Words arguments;
    int status;
    std::string err;
  };
  rig::RefusingPort refusing;
  const std::string program = GetParam().program();
  Server good(rig::serves("a poem\n"));
  Server empty(rig::serves(""));
  Server resetting(resets_after(11));
  const std::vector<Golden> table = {
      {{good.address()}, 0, ""},
      {{empty.address()}, 0, ""},
      {{good.address(), good.address()}, 0, ""},
      {{refusing.address()}, 1, refused(refusing.address())},
      {{good.address(), refusing.address()}, 1, refused(refusing.address())},
      {{resetting.address()}, 1, reset(1, 11)},
      {{good.address(), resetting.address()}, 1, reset(2, 11)},
      {{good.address(), "abc"},
       2,
       program + ": Ports must be integers. 'abc'\ntry --help\n"},
  };
  for (const auto& [arguments, status, err] : table) {
    SCOPED_TRACE(testing::PrintToString(arguments));
    pid = 0;
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.status, status);
    EXPECT_EQ(outcome.err, err);
    // Neither a usage error nor a failure is printed on stdout.
    if (status == 2) {
      EXPECT_EQ(outcome.out, "");
    }
    EXPECT_EQ(outcome.out.find("Failed"), std::string::npos);
    EXPECT_EQ(outcome.out.find("lost"), std::string::npos);
  }
}

TEST_P(Clients, K06_ALineAboutAPeerHasNoByteFromIt) {
  const std::string hostile = "\x1b]0;owned\x07\x1b[2J";
  Server server([&](Visit& visit) {
    visit.send(hostile);
    visit.wait_until_read();
    visit.reset();
  });
  const auto outcome = run({server.address()});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, reset(1, hostile.size()));
  EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos);
}

}  // namespace
