#include "compare/report/json_values.h"

#include "compare/trace/json_line.h"

namespace poetry_compare {

using Json = nlohmann::ordered_json;

Json to_json(const Settings& settings) {
  return {{"delay_s", settings.delay},
          {"repeat", settings.repeat},
          {"rcvbuf", maybe(settings.rcvbuf)},
          {"sndbuf", maybe(settings.sndbuf)},
          {"runs", settings.runs},
          {"warmup", settings.warmup},
          {"reference", as_utf8(settings.reference)},
          {"reactor", settings.reactor},
          {"server", settings.server},
          {"version", settings.version},
          {"host", as_utf8(settings.host)},
          {"date", settings.date},
          {"command", as_utf8(settings.command)}};
}

Json to_json(const Cell& cell, const Column& column) {
  if (!column.numeric) return as_utf8(cell.raw);
  return cell.raw.empty() ? nullptr : Json::parse(cell.raw);
}

Json to_json(const std::vector<std::string>& lines) {
  Json array = Json::array();
  for (const auto& line : lines) array.push_back(as_utf8(line));
  return array;
}

std::string without_tags(std::string text) {
  for (auto at = text.find('<'); at != text.npos; at = text.find('<', at)) {
    text.replace(at, 1, "\\u003c");
  }
  return text;
}

}  // namespace poetry_compare
