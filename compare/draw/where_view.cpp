#include "compare/draw/where_view.h"

#include "compare/measure/where.h"
#include "compare/report/where.h"

namespace poetry_compare {
namespace {

std::string tell(const Picture& picture, int index) {
  const Caller* const caller = find_caller(picture, index);
  return caller ? tell_caller(*caller) : "";
}

}  // namespace

TableView view_places(const Comparison& comparison) {
  const Table table = make_place_table(comparison);
  TableView view{table.columns, {}};
  if (table.rows.empty()) return view;
  auto& rows = view.groups.emplace_back();
  for (const auto& row : table.rows) {
    auto& cells = rows.emplace_back().cells;
    for (const Cell& cell : row) cells.push_back({cell.text});
  }
  return view;
}

std::string place_of_thread(const Picture& picture, std::size_t thread) {
  const auto waits = find_waits(picture, static_cast<int>(thread));
  return waits.empty() ? "" : tell(picture, waits.front().caller);
}

std::string place_of_task(const Picture& picture, const Task& task) {
  return tell(picture, find_reader(task));
}

}  // namespace poetry_compare
