#include "compare/trace/reader.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <ctime>
#include <fstream>
#include <random>
#include <stdexcept>

#include "compare/trace/checksum.h"
#include "compare/trace/writer.h"
#include "support/process.h"

namespace poetry_compare {
namespace {

class TraceTest : public testing::Test {
 protected:
  TraceTest() {
    trace_.program = "/tmp/a \"b\"\n";
    trace_.arguments = {"", "-x", "caf\xc3\xa9"};
    trace_.pid = 42;
    trace_.host = "here";
    for (int i = 0; i < 3; ++i) add_event(i);
    trace_.modules = {{"/bin/a", "00ff", 100, 200}, {"/bin/b", "", -1, -1}};
    trace_.sites = {{1, 300}, {0, 400}};
  }
  ~TraceTest() override { std::remove(path_.c_str()); }

  void add_event(int i) {
    Event event;
    event.time = 1'000'000'000'000'000 + i;
    event.duration = i;
    event.pid = 42;
    event.thread = 43;
    event.call = i % 2 == 0 ? "recv" : "poll";
    event.fd = i % 2 == 0 ? 5 : -1;
    event.local = 65535;
    event.peer = 10000;
    event.result = i == 2 ? -1 : 30;
    event.error = i == 2 ? 11 : 0;
    event.queued = i;
    event.checksum = ~static_cast<std::uint64_t>(i);
    event.repeats = event.sockets = event.received = i;
    event.cpu = event.delayed = i;
    event.set = ~static_cast<std::uint64_t>(i);
    event.nonblocking = event.wait_all = i == 1;
    event.site = i - 1;
    trace_.events.push_back(event);
  }

  Trace read(const std::string& text) const {
    std::ofstream(path_, std::ios::binary) << text;
    return read_trace(path_);
  }

  std::string refusal_of(const std::string& text) const try {
    read(text);
    return "";
  } catch (const std::runtime_error& error) {
    return error.what();
  }

  Trace trace_;
  const std::string path_ = testing::TempDir() + "trace_test." +
                            std::to_string(::getpid()) + ".jsonl";
};

TEST_F(TraceTest, IsReadAsItWasWritten) {
  write_trace(trace_, path_);
  const Trace read = read_trace(path_);
  EXPECT_EQ(read.program, trace_.program);
  EXPECT_EQ(read.arguments, trace_.arguments);
  EXPECT_EQ(to_json_lines(read), to_json_lines(trace_));
  EXPECT_EQ(read.complaint, "");
}

TEST_F(TraceTest, HasThePlacesOfTheCalls) {
  write_trace(trace_, path_);
  const Trace read = read_trace(path_);
  EXPECT_EQ(read.modules, trace_.modules);
  EXPECT_EQ(read.sites, trace_.sites);
  EXPECT_EQ(read.events.at(0).site, -1);
  EXPECT_EQ(read.events.at(2).site, 1);
}

TEST_F(TraceTest, WithPlacesThatMakeNoSenseIsRefused) {
  for (const std::string places :
       {"\"sites\":1", "\"sites\":[1]", "\"modules\":[{\"path\":1}]",
        "\"sites\":[{\"module\":-1}]"}) {
    EXPECT_EQ(refusal_of("{\"format\":\"poetry-trace\",\"version\":2," +
                         places + "}\n{}\n"),
              path_ + ": is not a trace: its first line makes no sense")
        << places;
  }
}

TEST_F(TraceTest, HasBytesThatAreNotUtf8Escaped) {
  trace_.arguments = {"\xff\x80 is not UTF-8"};
  write_trace(trace_, path_);
  const Trace read = read_trace(path_);
  EXPECT_EQ(read.arguments.at(0), "\\xff\\x80 is not UTF-8");
  EXPECT_EQ(to_json_lines(read), to_json_lines(trace_));
}

TEST_F(TraceTest, OfVersion010HasLoneSurrogatesForSuchBytes) {
  const Trace trace = read(
      "{\"format\":\"poetry-trace\",\"version\":1,"
      "\"program\":\"\\udcff\",\"arguments\":[\"caf\\udce9\"]}\n");
  EXPECT_EQ(trace.program, "\\xff");
  EXPECT_EQ(trace.arguments.at(0), "caf\\xe9");
}

TEST_F(TraceTest, IsReadUpToThePlaceWhereItIsCutOff) {
  const std::string whole = to_json_lines(trace_);
  for (std::size_t size = 1; size < whole.size() - 1; ++size) {
    const Trace cut = read(whole.substr(0, size));
    EXPECT_TRUE(cut.complaint.starts_with(path_)) << size;
    EXPECT_EQ(cut.complaint.find('\n'), std::string::npos);
    Trace part = trace_;
    part.events.resize(cut.events.size());
    EXPECT_LT(part.events.size(), size / 80 + 1);
    if (part.events.empty()) continue;
    EXPECT_EQ(to_json_lines(cut), to_json_lines(part));
  }
  EXPECT_EQ(read(whole.substr(0, whole.size() - 1)).complaint, "");
}

TEST_F(TraceTest, RefusesAFileThatIsNotATrace) {
  EXPECT_EQ(refusal_of(""), path_ + ": is empty, and not a trace");
  EXPECT_EQ(refusal_of("Lorem ipsum\n"), path_ + ": is not a trace");
  EXPECT_EQ(refusal_of(std::string(1000, '\0')), path_ + ": is not a trace");
  EXPECT_EQ(refusal_of("{\"format\":\"poetry-trace\",\"version\":}\n{}\n"),
            path_ + ": is not a trace: its first line makes no sense");
  EXPECT_THROW(read_trace("/nonexistent/trace"), std::runtime_error);
  EXPECT_THROW(read_trace("/tmp"), std::runtime_error);
}

TEST_F(TraceTest, RefusesANewerVersion) {
  EXPECT_EQ(
      refusal_of("{\"format\":\"poetry-trace\",\"version\":3,\"pid\":\"?\"}\n"),
      path_ + ": was written by version 3, newer than 2");
}

TEST_F(TraceTest, IgnoresKeysThatItDoesNotKnow) {
  const std::string header =
      "{\"format\":\"poetry-trace\",\"new\":[1.5,{\"a\":null}],\"version\":1}"
      "\n";
  const Trace trace =
      read(header +
           "{\"why\":{\"b\":[true,\"]}\"]}, \"call\":\"recv\", \"fd\": 7}\n");
  EXPECT_EQ(trace.complaint, "");
  ASSERT_EQ(trace.events.size(), 1U);
  EXPECT_EQ(trace.events[0].fd, 7);
}

TEST_F(TraceTest, StopsAtALineThatIsNotAnEvent) {
  const std::string header = "{\"format\":\"poetry-trace\",\"version\":1}\n";
  const std::string good = "{\"call\":\"recv\"}\n";
  for (const std::string bad :
       {"\n", "{}\n", "\xff\xfe\n", "{\"call\":\"recv\",\"local\":65536}\n",
        "{\"call\":\"recv\",\"time\":99999999999999999999}\n",
        "{\"call\":\"recv\",\"time\":1.5}\n", "{\"call\":\"recv\",}\n",
        "{\"call\":\"recv\",\"x\":\n"}) {
    const Trace trace = read(header + good + bad + good);
    EXPECT_EQ(trace.events.size(), 1U) << bad;
    EXPECT_EQ(trace.complaint,
              path_ + ": line 3 is not an event: used the 1 events before it");
  }
  const Trace deep = read(header + "{\"x\":" + std::string(100000, '['));
  EXPECT_EQ(deep.events.size(), 0U);
}

TEST_F(TraceTest, IsReadQuickly) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "nothing is quick under a sanitizer";
#endif
  while (trace_.events.size() < 100000) {
    add_event(static_cast<int>(trace_.events.size()));
  }
  write_trace(trace_, path_);
  const std::clock_t start = std::clock();
  EXPECT_EQ(read_trace(path_).events.size(), 100000U);
  // Processor time, so that other programs do not matter. It takes less than a
  // second, even without optimisation.
  EXPECT_LT(std::clock() - start, 2 * CLOCKS_PER_SEC);
}

TEST(Checksum, DoesNotDependOnHowTheStreamWasCut) {
  std::mt19937 random(1);
  std::string bytes(1000, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  Checksum whole;
  whole.add(bytes.data(), bytes.size());
  for (int i = 0; i < 1000; ++i) {
    Checksum cut;
    for (std::size_t from = 0; from < bytes.size();) {
      const std::size_t most = bytes.size() - from;
      const std::size_t size = std::min<std::size_t>(most, random() % 70);
      cut.add(bytes.data() + from, size);
      from += size;
    }
    ASSERT_EQ(cut.value(), whole.value());
  }
}

TEST(Checksum, TellsStreamsApart) {
  const auto of = [](const std::string& bytes) {
    Checksum checksum;
    checksum.add(bytes.data(), bytes.size());
    return checksum.value();
  };
  EXPECT_NE(of(""), 0U);
  EXPECT_NE(of(""), of(std::string(1, '\0')));
  EXPECT_NE(of(std::string(31, '\0')), of(std::string(32, '\0')));
  EXPECT_NE(of("abcdefgh12345678"), of("12345678abcdefgh"));
  EXPECT_NE(of("a poem"), of("a pome"));
}

}  // namespace
}  // namespace poetry_compare
