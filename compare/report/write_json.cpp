#include "compare/report/write_json.h"

#include <fmt/format.h>

#include "compare/report/sentences.h"
#include "compare/report/table.h"
#include "compare/trace/json.h"

namespace poetry_compare {
namespace {

// Members of an object, or elements of an array, one after the other.
class List {
 public:
  void add(const std::string& item) { items_.push_back(item); }
  void add(std::string_view key, const std::string& value) {
    add(json_string(key) + ": " + value);
  }
  std::string object() const { return wrap('{', '}'); }
  std::string array() const { return wrap('[', ']'); }

 private:
  std::string wrap(char open, char close) const {
    return fmt::format("{}{}{}", open, fmt::join(items_, ", "), close);
  }
  std::vector<std::string> items_;
};

std::string number(double value) {
  return fmt::format("{:.6f}", value);
}

template <typename T>
std::string maybe(const std::optional<T>& value) {
  return value ? fmt::format("{}", *value) : "null";
}

std::string maybe_seconds(const std::optional<double>& value) {
  return value ? number(*value) : "null";
}

std::string strings(const std::vector<std::string>& lines) {
  List list;
  for (const auto& line : lines) list.add(json_string(line));
  return list.array();
}

std::string settings(const Settings& settings) {
  List list;
  list.add("delay_s", fmt::format("{}", settings.delay));
  list.add("repeat", std::to_string(settings.repeat));
  list.add("rcvbuf", maybe(settings.rcvbuf));
  list.add("sndbuf", maybe(settings.sndbuf));
  list.add("runs", std::to_string(settings.runs));
  list.add("reactor", json_string(settings.reactor));
  list.add("version", json_string(settings.version));
  list.add("host", json_string(settings.host));
  list.add("date", json_string(settings.date));
  list.add("command", json_string(settings.command));
  return list.object();
}

std::string poem(const Poem& poem) {
  List list;
  list.add("name", json_string(poem.name));
  list.add("port", std::to_string(poem.port));
  list.add("bytes", maybe(poem.bytes));
  list.add("num_bytes",
           poem.num_bytes > 0 ? std::to_string(poem.num_bytes) : "null");
  return list.object();
}

std::string run(const Numbers& run) {
  List list;
  list.add("wall_s", number(run.wall));
  list.add("cpu_s", number(run.cpu));
  list.add("status", std::to_string(run.status));
  list.add("complaint", json_string(run.complaint));
  list.add("worst_unread_s", maybe_seconds(run.worst_unread));
  list.add("longest_turn_s", maybe_seconds(run.longest_turn));
  return list.object();
}

std::string task(const Task& task) {
  const char* const outcomes[] = {"complete", "partial", "wrong", "unknown"};
  List list;
  list.add("poem", std::to_string(task.poem + 1));
  list.add("connected_s", number(task.connected));
  list.add("end_s", number(task.end));
  list.add("bytes", std::to_string(task.bytes));
  list.add("reads", std::to_string(task.reads.size()));
  list.add("sends", std::to_string(task.sends.size()));
  list.add("outcome",
           json_string(outcomes[static_cast<std::size_t>(task.outcome)]));
  list.add("worst_unread_s", maybe_seconds(task.worst_unread));
  return list.object();
}

// The row of the table first, with the same keys as in the CSV.
std::string variant(const Variant& variant,
                    const Table& table,
                    const std::vector<Cell>& row) {
  List list;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool is_number = table.columns[i].numeric;
    const auto value = is_number ? (row[i].raw.empty() ? "null" : row[i].raw)
                                 : json_string(row[i].raw);
    list.add(table.columns[i].key, value);
  }
  List runs;
  for (const Numbers& one : variant.runs) runs.add(run(one));
  List tasks;
  for (const Task& one : variant.picture.tasks) tasks.add(task(one));
  list.add("command", json_string(variant.command));
  list.add("status", std::to_string(variant.overall.status));
  list.add("complaint", json_string(variant.overall.complaint));
  list.add("seen", variant.picture.seen ? "true" : "false");
  list.add("threads", std::to_string(variant.picture.threads.size()));
  list.add("waits", std::to_string(variant.picture.waits.size()));
  list.add("turns", std::to_string(variant.picture.turns.size()));
  list.add("runs", runs.array());
  list.add("tasks", tasks.array());
  return list.object();
}

}  // namespace

std::string json_string(std::string_view text) {
  std::string quoted;
  json::append_string(quoted, text);
  for (auto at = quoted.find('<'); at != quoted.npos;
       at = quoted.find('<', at)) {
    quoted.replace(at, 1, "\\u003c");
  }
  return quoted;
}

std::string write_json(const Comparison& comparison) {
  List poems;
  for (const Poem& one : comparison.poems) poems.add(poem(one));
  const Table table = make_table(comparison);
  std::string variants;
  for (std::size_t i = 0; i < comparison.variants.size(); ++i) {
    variants += i > 0 ? ",\n  " : "\n  ";
    variants += variant(comparison.variants[i], table, table.rows[i]);
  }
  return fmt::format(
      "{{\n\"settings\": {},\n\"poems\": {},\n\"variants\": [{}],\n"
      "\"sentences\": {}\n}}\n",
      settings(comparison.settings), poems.array(), variants,
      strings(sentences(comparison)));
}

}  // namespace poetry_compare
