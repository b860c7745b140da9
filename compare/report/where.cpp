#include "compare/report/where.h"

#include <fmt/format.h>

#include "compare/measure/where.h"
#include "compare/report/blame.h"
#include "compare/report/format.h"

namespace poetry_compare {

std::string tell_caller(const Caller& caller) {
  const bool has_line = !caller.place.file.empty();
  return fmt::format("{}{}{}", caller.call, has_line ? " at " : ", called by ",
                     caller.place.text());
}

std::string tell_fault(const Comparison& comparison, const Variant& variant) {
  if (!alarming(comparison, variant)) return {};
  const Caller* const caller =
      find_caller(variant.picture, find_fault(variant));
  if (!caller) return {};
  return fmt::format("{} {} {}.", variant.name,
                     variant.overall.polls ? "asked in" : "was stuck in",
                     tell_caller(*caller));
}

std::vector<WaitingPlace> waiting_places(const Variant& variant) {
  const auto waits = find_waits(variant.picture);
  double sum = 0;
  for (const auto& [index, seconds] : waits) sum += seconds;
  std::vector<WaitingPlace> places;
  for (const auto& [index, seconds] : waits) {
    const Caller* const caller = find_caller(variant.picture, index);
    if (caller && seconds >= sum / 100) places.push_back({caller, seconds});
  }
  return places;
}

Table make_place_table(const Comparison& comparison) {
  constexpr std::size_t most = 3;
  Table table;
  table.columns = {{"variant", "variant", false},
                   {"waits in", "call", false},
                   {"at", "place", false},
                   {"for", "waited_s"}};
  for (const Variant& variant : comparison.variants) {
    auto places = waiting_places(variant);
    if (places.size() > most) places.resize(most);
    for (const auto& [caller, seconds] : places) {
      table.rows.push_back({{variant.name, ""},
                            {caller->call, ""},
                            {caller->place.text(), ""},
                            {format_seconds(seconds), ""}});
    }
  }
  return table;
}

}  // namespace poetry_compare
