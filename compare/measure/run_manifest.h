// What of a comparison is not in its traces, and where those are.
//
// It is kept beside them, so that everything can be drawn again: JSON Lines,
// the settings first. Readers ignore keys that they do not know.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compare/measure/measure.h"
#include "compare/measure/model.h"

namespace poetry_compare {

// The names of the traces are those of files beside the account; empty: none.
struct PoemAccount {
  Poem poem;
  std::optional<std::uint64_t> checksum;  // of the poem as clients get it
  std::string trace;  // of its server
};

struct RunAccount {
  std::string trace;
  Span span;
  std::int64_t cpu = 0;  // in us
  int status = 0;
  std::string complaint;
};

struct VariantAccount {
  std::string name;
  std::string command;
  std::vector<RunAccount> runs;
};

struct Account {
  Settings settings;
  std::vector<PoemAccount> poems;
  std::vector<VariantAccount> variants;
  std::vector<std::string> complaints;
};

// The name of the account among the traces.
inline constexpr auto account_name = "comparison.jsonl";

// Both throw std::runtime_error, one line that names the file.
void write_account(const Account& account,
                   const std::filesystem::path& directory);
Account read_account(const std::filesystem::path& directory);

// Invents a account for traces without one: clients, and servers if there are
// any. Those that cannot be read are among the complaints.
Account make_account(const std::vector<std::filesystem::path>& traces);

// Reads the traces and measures what there is to see. What cannot be read is
// the complaint of its variant. The names of traces that are relative start at
// the directory.
Comparison build(const Account& account,
                 const std::filesystem::path& directory);

}  // namespace poetry_compare
