#include "compare/report/write_json.h"

#include <algorithm>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "compare/report/json_values.h"
#include "compare/report/sentences.h"
#include "compare/report/table.h"
#include "compare/report/where.h"
#include "compare/trace/json_line.h"

namespace poetry_compare {
namespace {

using Json = nlohmann::ordered_json;

// Six digits behind the point, as in the CSV.
Json seconds(double value) {
  return Json::parse(fmt::format("{:.6f}", value));
}

Json seconds(const std::optional<double>& value) {
  return value ? seconds(*value) : nullptr;
}

Json to_json(const Poem& poem) {
  return {{"name", as_utf8(poem.name)},
          {"port", poem.port},
          {"bytes", maybe(poem.bytes)},
          {"num_bytes", poem.num_bytes > 0 ? Json(poem.num_bytes) : nullptr}};
}

Json cause(const std::optional<Finding>& finding) {
  return finding ? Json(name_of(finding->cause)) : nullptr;
}

Json to_json(const Numbers& run) {
  return {{"wall_s", run.stopped ? Json(nullptr) : seconds(run.wall)},
          {"cpu_s", seconds(run.cpu)},
          {"status", run.status},
          {"complaint", as_utf8(run.complaint)},
          {"worst_unread_s", seconds(run.worst_unread)},
          {"longest_turn_s", seconds(run.longest_turn)},
          {"unread_cause", cause(run.unread)},
          {"turn_cause", cause(run.late_turn)},
          {"polls", run.polls}};
}

Json to_json(const Task& task) {
  constexpr const char* outcomes[] = {"complete", "partial", "wrong",
                                      "unknown"};
  return {{"poem", task.poem + 1},
          {"connected_s", seconds(task.connected)},
          {"end_s", seconds(task.end)},
          {"bytes", task.bytes},
          {"reads", task.reads.size()},
          {"sends", task.sends.size()},
          {"outcome", outcomes[static_cast<std::size_t>(task.outcome)]},
          {"worst_unread_s", seconds(task.worst_unread)}};
}

Json to_json(const WaitingPlace& waiting) {
  const Place& place = waiting.caller->place;
  const auto known = [](const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(as_utf8(text));
  };
  return {{"call", waiting.caller->call},
          {"place", as_utf8(place.text())},
          {"module", as_utf8(place.module)},
          {"file", known(place.file)},
          {"line", place.file.empty() ? Json(nullptr) : Json(place.line)},
          {"function", known(place.function)},
          {"waited_s", seconds(waiting.seconds)}};
}

template <typename T>
Json to_json(const std::vector<T>& values) {
  Json array = Json::array();
  for (const T& value : values) array.push_back(to_json(value));
  return array;
}

Json list_runs(const Variant& variant) {
  Json runs = Json::array();
  for (std::size_t i = 0; i < variant.runs.size(); ++i) {
    const auto& outliers = variant.outliers;
    Json& run = runs.emplace_back(to_json(variant.runs[i]));
    run["failed"] = variant.runs[i].failed();
    run["outlier"] =
        std::find(outliers.begin(), outliers.end(), i) != outliers.end();
  }
  return runs;
}

// The row of the table first, with the same keys as in the CSV.
Json to_json(const Variant& variant,
             const Table& table,
             const std::vector<Cell>& row) {
  Json json;
  for (std::size_t i = 0; i < row.size(); ++i) {
    json[table.columns[i].key] = to_json(row[i], table.columns[i]);
  }
  json["command"] = as_utf8(variant.command);
  json["status"] = variant.overall.status;
  json["complaint"] = as_utf8(variant.overall.complaint);
  json["seen"] = variant.picture.seen;
  json["threads"] = variant.picture.threads.size();
  json["waits"] = variant.picture.waits.size();
  json["turns"] = variant.picture.turns.size();
  json["runs"] = list_runs(variant);
  json["places"] = to_json(waiting_places(variant));
  json["tasks"] = to_json(variant.picture.tasks);
  return json;
}

}  // namespace

std::string write_json(const Comparison& comparison) {
  return write_json(comparison, sentences(comparison));
}

std::string write_json(const Comparison& comparison,
                       const std::vector<std::string>& sentences) {
  const Table table = make_full_table(comparison);
  std::string variants;
  for (std::size_t i = 0; i < comparison.variants.size(); ++i) {
    variants += i > 0 ? ",\n  " : "\n  ";
    variants += to_json(comparison.variants[i], table, table.rows[i]).dump();
  }
  return without_tags(fmt::format(
      "{{\n\"format\": \"poetry-compare\",\n\"version\": {},\n\"settings\": "
      "{},\n\"poems\": {},\n\"variants\": [{}],\n"
      "\"sentences\": {}\n}}\n",
      table_version, to_json(comparison.settings).dump(),
      to_json(comparison.poems).dump(), variants, to_json(sentences).dump()));
}

}  // namespace poetry_compare
