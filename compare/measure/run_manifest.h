// The manifest of a run: which traces there are, and what a comparison needs
// beside them.
//
// Its file stands beside the traces, so that the comparison can be drawn again.
// It is JSON Lines, the settings first, and UTF-8: "\xff" stands for a byte
// that is not. Readers ignore keys that they do not know.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compare/measure/settings.h"
#include "compare/trace/trace.h"

namespace poetry_compare {

// Traces are named as files beside the manifest; an empty name: there is none.
struct ServedPoem {
  Poem poem;
  std::optional<std::uint64_t> checksum;  // of the poem as clients get it
  std::string trace;  // of its server
};

struct RecordedRun {
  std::string trace;
  Span span;
  std::int64_t cpu = 0;  // in us
  int status = 0;
  std::string complaint;
  bool stopped = false;  // so that the span is not a time that it took
  std::optional<std::int64_t> switches = {};  // see Numbers
  std::optional<std::int64_t> memory = {};
};

struct RecordedVariant {
  std::string name;
  std::string command;
  std::vector<RecordedRun> runs;
};

struct RunManifest {
  Settings settings;
  std::vector<ServedPoem> poems;
  std::vector<RecordedVariant> variants;
  std::vector<std::string> complaints;
};

// The name of the manifest's file.
inline constexpr auto manifest_name = "comparison.jsonl";

// Both throw std::runtime_error, one line that names the file.
void write_manifest(const RunManifest& manifest,
                    const std::filesystem::path& directory);
RunManifest read_manifest(const std::filesystem::path& directory);

}  // namespace poetry_compare
