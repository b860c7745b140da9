#include "compare/measure/run_manifest.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace poetry_compare {
namespace {

class RunManifestTest : public testing::Test {
 protected:
  RunManifestTest() {
    std::filesystem::create_directory(directory_);
    manifest_.settings.delay = 0.02;
    manifest_.settings.sndbuf = 4096;
    manifest_.settings.host = "here";
    manifest_.settings.server = "reactor";
    manifest_.poems = {
        {{"a \"b\".txt", 10000, 623, 10}, 0xfedcba9876543210U, "server.jsonl"},
        {{"127.0.0.1:10001", 10001, {}, 0}, {}, ""}};
    manifest_.variants = {
        {"async",
         "get-poetry 1",
         {{"a.jsonl", {-1, 5'000'000'000}, 7, 0, "", false, 43, 4096}}},
        {"curl", "curl", {{"", {0, 1}, 0, 127, "cannot start: no"}}},
        {"nc", "nc", {{"c.jsonl", {0, 1}, 0, 0, "was stopped", true}}}};
  }
  ~RunManifestTest() override { std::filesystem::remove_all(directory_); }

  std::string text() const {
    std::ifstream file(directory_ / manifest_name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string refusal_of(const std::string& text) const try {
    std::ofstream(directory_ / manifest_name, std::ios::binary) << text;
    read_manifest(directory_);
    return "";
  } catch (const std::runtime_error& error) {
    const std::string what = error.what();
    return what.substr(what.find(": ") + 2);
  }

  const std::filesystem::path directory_ =
      testing::TempDir() + "run_manifest_test." + std::to_string(::getpid());
  RunManifest manifest_;
};

TEST_F(RunManifestTest, IsReadAsItWasWritten) {
  write_manifest(manifest_, directory_);
  const std::string written = text();
  const RunManifest read = read_manifest(directory_);
  EXPECT_EQ(read.settings.sndbuf, 4096);
  EXPECT_EQ(read.settings.server, "reactor");
  EXPECT_FALSE(read.settings.rcvbuf);
  EXPECT_EQ(read.poems.at(0).checksum, 0xfedcba9876543210U);
  EXPECT_FALSE(read.poems.at(1).poem.bytes);
  EXPECT_EQ(read.variants.at(0).runs.at(0).span.begin, -1);
  EXPECT_FALSE(read.variants.at(0).runs.at(0).stopped);
  EXPECT_TRUE(read.variants.at(2).runs.at(0).stopped);
  EXPECT_EQ(read.variants.at(0).runs.at(0).switches, 43);
  EXPECT_EQ(read.variants.at(0).runs.at(0).memory, 4096);
  EXPECT_FALSE(read.variants.at(1).runs.at(0).memory);
  EXPECT_EQ(read.complaints, manifest_.complaints);
  write_manifest(read, directory_);
  EXPECT_EQ(text(), written);
}

TEST_F(RunManifestTest, HasBytesThatAreNotUtf8Escaped) {
  manifest_.poems[0].poem.name = "caf\xe9.txt";
  manifest_.variants[1].runs[0].complaint = "\xff";
  write_manifest(manifest_, directory_);
  const RunManifest read = read_manifest(directory_);
  EXPECT_EQ(read.poems.at(0).poem.name, "caf\\xe9.txt");
  EXPECT_EQ(read.variants.at(1).runs.at(0).complaint, "\\xff");
}

TEST_F(RunManifestTest, IsUsedAsFarAsItMakesSense) {
  write_manifest(manifest_, directory_);
  const std::string whole = text();
  for (const char* bad :
       {"", "{\"run\":\"\",\"status\":\"?\"}", "{}", "\xff"}) {
    const auto last = whole.find("{\"run\":\"curl\"");
    ASSERT_EQ(refusal_of(whole.substr(0, last) + bad + "\n"), "");
    const RunManifest read = read_manifest(directory_);
    EXPECT_EQ(read.variants.size(), 1U) << bad;
    EXPECT_EQ(read.complaints.size(), 1U) << bad;
  }
}

TEST_F(RunManifestTest, RefusesOtherFiles) {
  const std::string none = "is not the manifest of a comparison";
  EXPECT_EQ(refusal_of(""), none);
  EXPECT_EQ(refusal_of("[1]\n"), none);
  EXPECT_EQ(refusal_of("{\"format\":\"poetry-trace\",\"version\":1}\n"), none);
  EXPECT_EQ(refusal_of("{\"format\":\"poetry-comparison\",\"version\":2}\n"),
            "was written by version 2, newer than 1");
  EXPECT_EQ(refusal_of("{\"format\":\"poetry-comparison\",\"runs\":-1}\n"),
            "its settings make no sense");
}

}  // namespace
}  // namespace poetry_compare
