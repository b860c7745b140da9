#include "compare/measure/run_manifest.h"

#include <cmath>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>

#include <fmt/core.h>

#include "compare/trace/json.h"

namespace poetry_compare {
namespace {

constexpr int newest_version = 1;
constexpr std::string_view magic = "poetry-comparison";

// --- Writing -----------------------------------------------------------------

// One line: an object whose first member says what it is about.
class Line {
 public:
  void add(std::string_view key, const std::string& text) {
    begin(key);
    json::append_string(text_, text);
  }
  void add(std::string_view key, std::int64_t number) {
    begin(key);
    text_ += std::to_string(number);
  }
  std::string finish() const { return text_ + "}\n"; }

 private:
  void begin(std::string_view key) {
    text_ += text_.empty() ? '{' : ',';
    json::append_string(text_, key);
    text_ += ':';
  }
  std::string text_;
};

std::string settings_line(const Settings& settings) {
  Line line;
  line.add("format", std::string(magic));
  line.add("version", newest_version);
  line.add("delay", std::llround(settings.delay * 1e9));
  line.add("repeat", static_cast<std::int64_t>(settings.repeat));
  if (settings.rcvbuf) line.add("rcvbuf", *settings.rcvbuf);
  if (settings.sndbuf) line.add("sndbuf", *settings.sndbuf);
  line.add("runs", static_cast<std::int64_t>(settings.runs));
  line.add("reactor", settings.reactor);
  line.add("program", settings.version);
  line.add("host", settings.host);
  line.add("date", settings.date);
  line.add("command", settings.command);
  return line.finish();
}

std::string poem_line(const ServedPoem& served) {
  Line line;
  line.add("poem", served.poem.name);
  line.add("port", served.poem.port);
  if (served.poem.bytes) {
    line.add("bytes", static_cast<std::int64_t>(*served.poem.bytes));
  }
  line.add("num_bytes", static_cast<std::int64_t>(served.poem.num_bytes));
  if (served.checksum) {
    line.add("checksum", fmt::format("{:016x}", *served.checksum));
  }
  line.add("trace", served.trace);
  return line.finish();
}

std::string variant_lines(const RecordedVariant& variant) {
  Line first;
  first.add("variant", variant.name);
  first.add("command", variant.command);
  std::string lines = first.finish();
  for (const RecordedRun& run : variant.runs) {
    Line line;
    line.add("run", variant.name);
    line.add("trace", run.trace);
    line.add("begin", run.span.begin);
    line.add("end", run.span.end);
    line.add("cpu", run.cpu);
    line.add("status", run.status);
    line.add("complaint", run.complaint);
    lines += line.finish();
  }
  return lines;
}

// --- Reading -----------------------------------------------------------------

template <typename T>
bool read_some(std::string_view& rest, std::optional<T>& number) {
  return json::read_integer(rest, number.emplace());
}

bool read_settings(std::string_view line, Settings& settings, int& version) {
  return json::read_object(line, [&](const auto& key, auto& rest) {
    if (key == "version") return json::read_integer(rest, version);
    if (version > newest_version) return json::skip_value(rest);
    if (key == "repeat") return json::read_integer(rest, settings.repeat);
    if (key == "rcvbuf") return read_some(rest, settings.rcvbuf);
    if (key == "sndbuf") return read_some(rest, settings.sndbuf);
    if (key == "runs") return json::read_integer(rest, settings.runs);
    if (key == "reactor") return json::read_string(rest, settings.reactor);
    if (key == "program") return json::read_string(rest, settings.version);
    if (key == "host") return json::read_string(rest, settings.host);
    if (key == "date") return json::read_string(rest, settings.date);
    if (key == "command") return json::read_string(rest, settings.command);
    if (key != "delay") return json::skip_value(rest);
    std::int64_t delay = 0;
    if (!json::read_integer(rest, delay)) return false;
    settings.delay = static_cast<double>(delay) / 1e9;
    return true;
  });
}

bool read_checksum(std::string_view& rest,
                   std::optional<std::uint64_t>& checksum) {
  std::string text;
  if (!json::read_string(rest, text)) return false;
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, checksum.emplace(), 16);
  return result.ec == std::errc() && result.ptr == end;
}

bool read_poem(std::string_view line, ServedPoem& served) {
  return json::read_object(line, [&](const auto& key, auto& rest) {
    Poem& poem = served.poem;
    if (key == "poem") return json::read_string(rest, poem.name);
    if (key == "port") return json::read_integer(rest, poem.port);
    if (key == "bytes") return read_some(rest, poem.bytes);
    if (key == "num_bytes") return json::read_integer(rest, poem.num_bytes);
    if (key == "checksum") return read_checksum(rest, served.checksum);
    if (key == "trace") return json::read_string(rest, served.trace);
    return json::skip_value(rest);
  });
}

bool read_variant(std::string_view line, RecordedVariant& variant) {
  return json::read_object(line, [&](const auto& key, auto& rest) {
    if (key == "variant") return json::read_string(rest, variant.name);
    if (key == "command") return json::read_string(rest, variant.command);
    return json::skip_value(rest);
  });
}

bool read_run(std::string_view line, RecordedRun& run) {
  return json::read_object(line, [&](const auto& key, auto& rest) {
    if (key == "trace") return json::read_string(rest, run.trace);
    if (key == "begin") return json::read_integer(rest, run.span.begin);
    if (key == "end") return json::read_integer(rest, run.span.end);
    if (key == "cpu") return json::read_integer(rest, run.cpu);
    if (key == "status") return json::read_integer(rest, run.status);
    if (key == "complaint") return json::read_string(rest, run.complaint);
    return json::skip_value(rest);
  });
}

bool read_line(const std::string& line, RunManifest& manifest) {
  if (line.starts_with(R"({"poem":)")) {
    return read_poem(line, manifest.poems.emplace_back());
  }
  if (line.starts_with(R"({"variant":)")) {
    return read_variant(line, manifest.variants.emplace_back());
  }
  if (line.starts_with(R"({"run":)") && !manifest.variants.empty()) {
    return read_run(line, manifest.variants.back().runs.emplace_back());
  }
  return false;
}

}  // namespace

void write_manifest(const RunManifest& manifest,
                    const std::filesystem::path& directory) {
  const auto path = directory / manifest_name;
  std::ofstream file(path, std::ios::binary);
  file << settings_line(manifest.settings);
  for (const ServedPoem& poem : manifest.poems) file << poem_line(poem);
  for (const RecordedVariant& variant : manifest.variants) {
    file << variant_lines(variant);
  }
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

RunManifest read_manifest(const std::filesystem::path& directory) {
  const auto path = (directory / manifest_name).string();
  std::ifstream file(path, std::ios::binary);
  std::string line;
  RunManifest manifest;
  int version = 0;
  if (!std::getline(file, line) ||
      !line.starts_with(fmt::format(R"({{"format":"{}")", magic)) ||
      !read_settings(line, manifest.settings, version)) {
    throw std::runtime_error(path + ": is not the manifest of a comparison");
  }
  if (version > newest_version) {
    throw std::runtime_error(
        fmt::format("{}: was written by version {}, newer than this one, {}",
                    path, version, newest_version));
  }
  while (std::getline(file, line)) {
    if (read_line(line, manifest)) continue;
    manifest.complaints.push_back(path + ": is cut off, or damaged");
    break;
  }
  std::erase_if(manifest.variants, [](auto& v) { return v.runs.empty(); });
  return manifest;
}

}  // namespace poetry_compare
