#include <fmt/format.h>

#include "compare/draw/legend.h"

#include "compare/draw/palette.h"
#include "compare/draw/xml.h"
#include "compare/report/format.h"

namespace poetry_compare {
namespace {

std::string block(const std::string& classes) {
  return fmt::format("<rect width=\"{}\" height=\"{}\" class=\"{}\"/>",
                     sample_width, sample_height, classes);
}

}  // namespace

std::vector<LegendItem> legend_of_poems(const Comparison& comparison) {
  std::vector<LegendItem> items;
  for (std::size_t i = 0; i < comparison.poems.size(); ++i) {
    const Poem& poem = comparison.poems[i];
    const std::size_t hue = colour(i);
    std::string text = fmt::format("task {}: {}", i + 1, poem.name);
    if (poem.bytes) text += fmt::format(", {} B", format_count(*poem.bytes));
    if (poem.num_bytes > 0)
      text += fmt::format(", {} at a time", poem.num_bytes);
    items.push_back({fmt::format("<rect width=\"17\" height=\"14\" "
                                 "class=\"f{0}\"/><rect x=\"17\" width=\"17\" "
                                 "height=\"14\" class=\"h{0}\"/>",
                                 hue),
                     text});
  }
  return items;
}

std::vector<LegendItem> legend_of_marks() {
  return {
      {block("h1"), "thread: stuck in a read of that task alone"},
      {block("any"), "thread: waiting for anybody"},
      {block("work"), "thread: not waiting"},
      {block("f1 pale") +
           "<path class=\"reads s1\" d=\"M5 14v-9m6 9v-9m6 9v-9m6 "
           "9v-9m6 9v-9\"/>",
       "task: connected, a tick for each read"},
      {block("f2 pale") +
           "<path class=\"wedge f2\" d=\"M0 14V12H8V9H16V6H24V3H34V14z\"/>",
       "wedge: sent, and not yet read"},
      {"<path class=\"box s1\" stroke-width=\"4\" d=\"M0 2H6M14 2H20\"/>"
       "<path class=\"box s2\" stroke-width=\"4\" d=\"M7 7H13M21 7H27\"/>"
       "<path class=\"box s3\" stroke-width=\"4\" d=\"M28 12H34\"/>",
       "turns: reads in their order (no time axis)"},
  };
}

}  // namespace poetry_compare
