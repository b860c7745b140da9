#include "compare/draw/page_view.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "compare/draw/captions.h"
#include "compare/draw/palette.h"
#include "compare/draw/where_view.h"
#include "compare/report/crowd.h"
#include "compare/report/format.h"
#include "compare/report/write_json.h"

namespace poetry_compare {
namespace {

CellView outcome_cell(Outcome outcome) {
  switch (outcome) {
    case Outcome::complete:
      return {"complete"};
    case Outcome::partial:
      return {"incomplete", true};
    case Outcome::wrong:
      return {"wrong bytes", true};
    case Outcome::unknown:
      break;
  }
  return {"nothing to compare with"};
}

// Alarming is what the client could have read; but one bad run of many raises
// no alarm.
CellView unread_cell(const Comparison& comparison,
                     const Variant& variant,
                     std::size_t index) {
  const auto seconds = variant.picture.tasks[index].worst_unread;
  if (!seconds) return {"-"};
  const auto finding = find_unread(variant.picture, index);
  return {fmt::format("{:.3f} s", *seconds),
          finding && unread_is_long(comparison, variant) &&
              is_long(comparison.settings, finding->blamed)};
}

RowView view_task(const Comparison& comparison,
                  const Variant& variant,
                  std::size_t index) {
  const Task& task = variant.picture.tasks[index];
  const auto& poem = comparison.poems[task.poem].name;
  return {
      {{variant.name},
       {fmt::format("{} {}", task.poem + 1, poem), false, colour(task.poem)},
       {format_count(task.bytes)},
       {format_count(task.reads.size())},
       {fmt::format("{:.3f} s", task.connected)},
       {fmt::format("{:.3f} s", task.end)},
       unread_cell(comparison, variant, index),
       outcome_cell(task.outcome)},
      ""};
}

std::string bytes_or_default(const std::optional<int>& size) {
  return size ? fmt::format("{} bytes", *size) : "the system's default";
}

std::string list_poems(const std::vector<Poem>& poems) {
  std::string text;
  for (const Poem& poem : poems) {
    text += fmt::format("{}{} (port {})", text.empty() ? "" : ", ", poem.name,
                        poem.port);
  }
  return text;
}

std::string describe_runs(std::size_t runs) {
  if (runs == 1) return "1";
  return fmt::format("{}; each picture shows the run of median wall time",
                     runs);
}

TableView view_numbers(const Comparison& comparison, const Table& table) {
  TableView view{table.columns, {}};
  auto& rows = view.groups.emplace_back();
  for (const Variant& variant : comparison.variants) {
    rows.push_back({{}, complaint(variant)});
    for (const Cell& cell : table.rows[rows.size() - 1]) {
      rows.back().cells.push_back({cell.text, cell.alarming});
    }
  }
  return view;
}

TableView view_tasks(const Comparison& comparison) {
  TableView view;
  view.columns = {{"variant", "", false}, {"task", "", false}, {"bytes", ""},
                  {"reads", ""},          {"connected", ""},   {"end", ""},
                  {"worst unread", ""},   {"poem", "", false}};
  for (const std::size_t index : shown_variants(comparison)) {
    const Variant& variant = comparison.variants[index];
    if (variant.picture.tasks.empty()) continue;
    auto& rows = view.groups.emplace_back();
    for (const std::size_t i : shown_tasks(variant.picture)) {
      rows.push_back(view_task(comparison, variant, i));
    }
  }
  return view;
}

std::vector<Fact> view_settings(const Comparison& comparison) {
  const Settings& settings = comparison.settings;
  const auto delay = settings.delay > 0
                         ? fmt::format("{} s after each chunk", settings.delay)
                         : "not known";
  const auto reactor =
      settings.reactor.empty() ? "each program's default" : settings.reactor;
  return {{"poetry-compare", settings.version},
          {"host", settings.host},
          {"date", settings.date},
          {"poems", list_poems(comparison.poems)},
          {"delay", delay},
          {"repeat", fmt::format("{}", settings.repeat)},
          {"receive buffers", bytes_or_default(settings.rcvbuf)},
          {"send buffers", bytes_or_default(settings.sndbuf)},
          {"runs", describe_runs(settings.runs)},
          {"servers", settings.server},
          {"reactor", reactor},
          {"run it again", settings.command, true}};
}

// Of many variants, only those that are drawn.
std::vector<Fact> view_commands(const Comparison& comparison) {
  std::vector<Fact> commands;
  const auto add = [&](const Variant& variant) {
    commands.push_back({variant.name, variant.command, true});
  };
  if (is_crowd(comparison.variants.size())) {
    for (const std::size_t i : shown_variants(comparison)) {
      add(comparison.variants[i]);
    }
  } else {
    for (const Variant& variant : comparison.variants) add(variant);
  }
  return commands;
}

nlohmann::json to_json(const std::vector<Tick>& ticks) {
  auto numbers = nlohmann::json::array();
  long long last = 0;
  for (const Tick& tick : ticks) {
    const long long time = std::llround(tick.time * 1e5);
    numbers.insert(numbers.end(), {time - last, tick.bytes, tick.reads});
    last = time;
  }
  return numbers;
}

nlohmann::json to_json(const std::vector<Level>& levels) {
  auto numbers = nlohmann::json::array();
  std::size_t last = 0;
  for (const Level& level : levels) {
    numbers.insert(numbers.end(), {level.cell - last, level.bytes});
    last = level.cell;
  }
  return numbers;
}

// {"seconds":4.6,"width":860,"variants":{"0":[{"reads":[...],"unread":[...]},
// ...],...}}: for each lane of each variant a list with three numbers for each
// tick, 10 us since the one before, bytes, reads; and one with two numbers for
// each step of the wedge, quarters of a unit since the one before, and the
// bytes from there on.
std::string lanes_json(const PictureView& view) {
  // A line for each variant: the page has no line of a hundred kilobytes then.
  std::string variants;
  for (const VariantView& variant : view.variants) {
    auto lanes = nlohmann::json::array();
    for (const LaneView& lane : variant.lanes.lanes) {
      lanes.push_back(
          {{"reads", to_json(lane.reads)}, {"unread", to_json(lane.levels)}});
    }
    variants += fmt::format("{}\"{}\":{}", variants.empty() ? "" : ",\n",
                            variant.index, lanes.dump());
  }
  return fmt::format(
      "{{\"seconds\":{:.6f},\"width\":{},\"variants\":{{{}}}}}\n", view.seconds,
      picture_width, variants);
}

// The comparison; if it is too long for a page, without its tasks, and only
// with the variants that are drawn.
std::string summary_json(const std::string& json, const PictureView& view) {
  constexpr std::size_t most = 40'000;
  if (json.size() < most) return json;
  auto summary = nlohmann::ordered_json::parse(json);
  const auto all = summary["variants"];
  const bool crowd = is_crowd(all.size());
  auto& variants = summary["variants"] = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool drawn =
        std::any_of(view.variants.begin(), view.variants.end(),
                    [&](const VariantView& one) { return one.index == i; });
    if (!crowd || drawn) variants.push_back(all[i]);
  }
  for (auto& variant : variants) variant.erase("tasks");
  return summary.dump() + '\n';
}

// None if all tasks are in the table.
std::string note_on_tasks(const Comparison& comparison) {
  if (!is_crowded(comparison) && !is_crowd(comparison.variants.size())) {
    return "";
  }
  return "Here are the tasks of the variants that are drawn, and of many tasks "
         "those whose bytes lay unread longest. --json FILE has all.";
}

}  // namespace

PageView view_page(const Comparison& comparison) {
  const auto kinds = kinds_of(comparison);
  const Table table = make_table(comparison);
  PageView view;
  view.picture = view_picture(comparison);
  view.captions = captions(comparison, kinds);
  view.numbers = view_numbers(comparison, table);
  view.places = view_places(comparison);
  view.figures = view_figures(comparison, kinds);
  view.tasks = view_tasks(comparison);
  view.settings = view_settings(comparison);
  view.commands = view_commands(comparison);
  view.note_on_tasks = note_on_tasks(comparison);
  view.json = summary_json(write_json(comparison, view.picture.sentences),
                           view.picture);
  view.lanes = lanes_json(view.picture);
  return view;
}

}  // namespace poetry_compare
