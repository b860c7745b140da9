#include "compare/measure/run_manifest.h"

#include <cmath>
#include <fstream>
#include <stdexcept>
#include <utility>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "compare/trace/json_line.h"

namespace poetry_compare {
namespace {

using Json = nlohmann::ordered_json;

constexpr int newest_version = 1;
constexpr auto format_name = "poetry-comparison";

// --- Writing -----------------------------------------------------------------

Json settings_line(const Settings& settings) {
  Json line = {{"format", format_name},
               {"version", newest_version},
               {"delay", std::llround(settings.delay * 1e9)},
               {"repeat", settings.repeat}};
  if (settings.rcvbuf) line["rcvbuf"] = *settings.rcvbuf;
  if (settings.sndbuf) line["sndbuf"] = *settings.sndbuf;
  line["runs"] = settings.runs;
  line["warmup"] = settings.warmup;
  line["reference"] = as_utf8(settings.reference);
  line["reactor"] = settings.reactor;
  line["server"] = settings.server;
  line["program"] = settings.version;
  line["host"] = as_utf8(settings.host);
  line["date"] = settings.date;
  line["command"] = as_utf8(settings.command);
  return line;
}

Json poem_line(const ServedPoem& served) {
  Json line = {{"poem", as_utf8(served.poem.name)}, {"port", served.poem.port}};
  if (served.poem.bytes) line["bytes"] = *served.poem.bytes;
  line["num_bytes"] = served.poem.num_bytes;
  if (served.checksum) line["checksum"] = checksum_text(*served.checksum);
  line["trace"] = served.trace;
  return line;
}

Json variant_line(const RecordedVariant& variant) {
  return {{"variant", as_utf8(variant.name)},
          {"command", as_utf8(variant.command)}};
}

Json run_line(const RecordedVariant& variant, const RecordedRun& run) {
  Json line = {{"run", as_utf8(variant.name)},
               {"trace", run.trace},
               {"begin", run.span.begin},
               {"end", run.span.end},
               {"cpu", run.cpu},
               {"status", run.status}};
  if (run.switches) line["switches"] = *run.switches;
  if (run.memory) line["memory"] = *run.memory;
  if (run.stopped) line["stopped"] = true;
  line["complaint"] = as_utf8(run.complaint);
  return line;
}

// --- Reading -----------------------------------------------------------------

bool read_settings(const Json& line, Settings& settings) {
  std::int64_t delay = 0;
  if (!read(line, "delay", delay)) return false;
  settings.delay = static_cast<double>(delay) / 1e9;
  return read(line, "repeat", settings.repeat) &&
         read(line, "rcvbuf", settings.rcvbuf) &&
         read(line, "sndbuf", settings.sndbuf) &&
         read(line, "runs", settings.runs) &&
         read(line, "warmup", settings.warmup) &&
         read(line, "reference", settings.reference) &&
         read(line, "reactor", settings.reactor) &&
         read(line, "server", settings.server) &&
         read(line, "program", settings.version) &&
         read(line, "host", settings.host) &&
         read(line, "date", settings.date) &&
         read(line, "command", settings.command);
}

bool read_poem(const Json& line, ServedPoem& served) {
  std::string checksum;
  if (!read(line, "checksum", checksum)) return false;
  if (!checksum.empty() &&
      !parse_checksum(checksum, served.checksum.emplace())) {
    return false;
  }
  return read(line, "poem", served.poem.name) &&
         read(line, "port", served.poem.port) &&
         read(line, "bytes", served.poem.bytes) &&
         read(line, "num_bytes", served.poem.num_bytes) &&
         read(line, "trace", served.trace);
}

bool read_variant(const Json& line, RecordedVariant& variant) {
  return read(line, "variant", variant.name) &&
         read(line, "command", variant.command);
}

bool read_run(const Json& line, RecordedRun& run) {
  run.stopped = line.contains("stopped");
  return read(line, "trace", run.trace) &&
         read(line, "begin", run.span.begin) &&
         read(line, "end", run.span.end) && read(line, "cpu", run.cpu) &&
         read(line, "switches", run.switches) &&
         read(line, "memory", run.memory) && read(line, "status", run.status) &&
         read(line, "complaint", run.complaint);
}

// Appends what the line describes, if it makes sense.
template <typename T>
bool append(const Json& line,
            bool (*read)(const Json&, T&),
            std::vector<T>& items) {
  T item;
  if (!read(line, item)) return false;
  items.push_back(std::move(item));
  return true;
}

bool read_line(const Json& line, RunManifest& manifest) {
  auto& variants = manifest.variants;
  if (line.contains("poem")) return append(line, read_poem, manifest.poems);
  if (line.contains("variant")) return append(line, read_variant, variants);
  return line.contains("run") && !variants.empty() &&
         append(line, read_run, variants.back().runs);
}

// The first line, which says what the file is.
void read_header(const Json& line,
                 const std::string& path,
                 Settings& settings) {
  std::string format;
  int version = 0;
  if (!read(line, "format", format) || format != format_name ||
      !read(line, "version", version)) {
    throw std::runtime_error(path + ": is not the manifest of a comparison");
  }
  if (version > newest_version) {
    throw std::runtime_error(
        fmt::format("{}: was written by version {}, newer than {}", path,
                    version, newest_version));
  }
  if (read_settings(line, settings)) return;
  throw std::runtime_error(path + ": its settings make no sense");
}

}  // namespace

void write_manifest(const RunManifest& manifest,
                    const std::filesystem::path& directory) {
  const auto path = directory / manifest_name;
  std::ofstream file(path, std::ios::binary);
  file << settings_line(manifest.settings).dump() << '\n';
  for (const auto& poem : manifest.poems)
    file << poem_line(poem).dump() << '\n';
  for (const auto& variant : manifest.variants) {
    file << variant_line(variant).dump() << '\n';
    for (const auto& run : variant.runs) {
      file << run_line(variant, run).dump() << '\n';
    }
  }
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

RunManifest read_manifest(const std::filesystem::path& directory) {
  const auto path = (directory / manifest_name).string();
  std::ifstream file(path, std::ios::binary);
  std::string line;
  std::getline(file, line);
  RunManifest manifest;
  read_header(parse_line(line), path, manifest.settings);
  while (std::getline(file, line)) {
    if (read_line(parse_line(line), manifest)) continue;
    manifest.complaints.push_back(path + ": is cut off, or damaged");
    break;
  }
  std::erase_if(manifest.variants, [](auto& v) { return v.runs.empty(); });
  return manifest;
}

}  // namespace poetry_compare
