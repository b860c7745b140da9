// The Slow Poetry Server, as a user runs it: how it is started, and what it
// prints.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/process.h"
#include "support/servers.h"

namespace server {

using rig::Caller;
using rig::Command;
using rig::Outcome;
using rig::PoemFile;
using rig::PoetryServer;
using rig::Process;

extern const std::string slowpoetry;
extern const std::string science;  // the path of a poem

Outcome serve(std::vector<std::string> words);

// The lines that the server prints about a client and its chunks.
std::string about(const Caller& caller, const std::vector<std::size_t>& chunks);

// The line that it prints when it listens.
std::string serving(const std::string& file, const PoetryServer& server);

// These wait until as much has arrived as is expected; expect_err() takes a
// regular expression.
void expect_out(PoetryServer& server, const std::string& expected);
void expect_err(PoetryServer& server, const std::string& expected);

void expect_usage_error(const Outcome& outcome, const std::string& quoted);

// A file that cannot be read: the same without "try --help".
void expect_file_error(const Outcome& outcome, const std::string& quoted);

}  // namespace server
