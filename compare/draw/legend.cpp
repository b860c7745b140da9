#include "compare/draw/legend.h"

#include <fmt/format.h>

#include "compare/draw/palette.h"
#include "compare/report/format.h"

namespace poetry_compare {
namespace {

std::string block(const std::string& classes) {
  return fmt::format("<rect width=\"{}\" height=\"{}\" class=\"{}\"/>",
                     sample_width, sample_height, classes);
}

// The fill and the hatch of a poem side by side.
std::string swatch(std::size_t colour) {
  return fmt::format(
      "<rect width=\"17\" height=\"14\" class=\"f{0}\"/>"
      "<rect x=\"17\" width=\"17\" height=\"14\" class=\"h{0}\"/>",
      colour);
}

}  // namespace

std::vector<LegendItem> legend_of_poems(const std::vector<Poem>& poems) {
  std::vector<LegendItem> items;
  for (const Poem& poem : poems) {
    const std::size_t index = items.size();
    std::string text = fmt::format("task {}: {}", index + 1, poem.name);
    if (poem.bytes) text += fmt::format(", {} B", format_count(*poem.bytes));
    if (poem.num_bytes > 0) {
      text += fmt::format(", {} at a time", poem.num_bytes);
    }
    items.push_back({swatch(colour(index)), text});
  }
  return items;
}

std::vector<LegendItem> legend_of_marks() {
  return {
      {block("h1"), "thread: stuck in a read of this task alone"},
      {block("any"), "thread: waiting for any task"},
      {block("work"), "thread: not waiting"},
      {block("f1 pale") +
           "<path class=\"reads s1\" d=\"M5 14v-9m6 9v-9m6 9v-9m6 "
           "9v-9m6 9v-9\"/>",
       "task: connected, with a tick for each read"},
      {block("f2 pale") +
           "<path class=\"wedge f2\" d=\"M0 14V12H8V9H16V6H24V3H34V14z\"/>",
       "wedge: bytes sent and not yet read"},
      {"<path class=\"box s1\" stroke-width=\"4\" d=\"M0 2H6M14 2H20\"/>"
       "<path class=\"box s2\" stroke-width=\"4\" d=\"M7 7H13M21 7H27\"/>"
       "<path class=\"box s3\" stroke-width=\"4\" d=\"M28 12H34\"/>",
       "turns: the reads in order (no time axis)"},
  };
}

}  // namespace poetry_compare
