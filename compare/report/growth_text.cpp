#include "compare/report/growth_text.h"

#include <algorithm>
#include <vector>

#include <fmt/core.h>

#include "compare/report/growth_format.h"
#include "compare/report/growth_sentences.h"
#include "compare/report/growth_table.h"
#include "compare/report/json_values.h"
#include "compare/report/text_table.h"
#include "compare/report/write_table.h"
#include "compare/trace/json_line.h"

namespace poetry_compare {
namespace {

using Json = nlohmann::ordered_json;

Json poems_of(const Growth& growth) {
  Json poems = Json::array();
  for (const Poem& poem : growth.poems) {
    poems.push_back({{"name", as_utf8(poem.name)},
                     {"bytes", maybe(poem.bytes)},
                     {"num_bytes", poem.num_bytes}});
  }
  return poems;
}

Json commands_of(const Growth& growth) {
  Json commands = Json::object();
  for (const GrowthVariant& variant : growth.variants) {
    commands[as_utf8(variant.name)] = as_utf8(variant.command);
  }
  return commands;
}

// The keys of each are those of the CSV.
std::string points_of(const Growth& growth) {
  const Table table = make_full_table(growth);
  std::string text;
  for (const auto& row : table.rows) {
    Json point;
    for (std::size_t i = 0; i < row.size(); ++i) {
      point[table.columns[i].key] = to_json(row[i], table.columns[i]);
    }
    text += (text.empty() ? "\n  " : ",\n  ") + point.dump();
  }
  return text;
}

}  // namespace

std::vector<Measure> known_measures(const Growth& growth) {
  std::vector<Measure> known;
  for (const Measure measure : all_measures) {
    const bool any = std::any_of(
        growth.variants.begin(), growth.variants.end(), [&](auto& variant) {
          return std::any_of(
              variant.points.begin(), variant.points.end(),
              [&](auto& point) { return point.at(measure).has_value(); });
        });
    if (any) known.push_back(measure);
  }
  return known;
}

std::string write_text(const Growth& growth, const Terminal& terminal) {
  const auto line = [&](const std::string& text) {
    return (terminal.width ? wrap(text, *terminal.width) : text) + '\n';
  };
  std::string text = line(summary(growth));
  for (const Measure measure : known_measures(growth)) {
    text += '\n' +
            write_table(make_table(growth, measure, terminal.utf8), terminal);
  }
  text += '\n';
  for (const auto& complaint : complaints(growth)) text += line(complaint);
  for (const auto& sentence : sentences(growth)) text += line(sentence);
  return text;
}

std::string write_csv(const Growth& growth) {
  return write_csv(make_full_table(growth), growth_version);
}

std::string write_markdown(const Growth& growth) {
  std::string text = write_markdown({summary(growth)}).substr(1);
  for (const Measure measure : known_measures(growth)) {
    text += '\n' + write_markdown(make_table(growth, measure));
  }
  return text + write_markdown(complaints(growth)) +
         write_markdown(sentences(growth));
}

std::string write_json(const Growth& growth) {
  return without_tags(fmt::format(
      "{{\n\"format\": \"poetry-growth\",\n\"version\": {},\n"
      "\"parameter\": \"{}\",\n\"interrupted\": {},\n\"settings\": {},\n"
      "\"poems\": {},\n\"commands\": {},\n\"points\": [{}],\n"
      "\"sentences\": {}\n}}\n",
      growth_version, growth.parameter, growth.interrupted,
      to_json(growth.settings).dump(), poems_of(growth).dump(),
      commands_of(growth).dump(), points_of(growth),
      to_json(sentences(growth)).dump()));
}

}  // namespace poetry_compare
