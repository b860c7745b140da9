#include <fmt/format.h>

#include <algorithm>

#include "compare/draw/lanes.h"
#include "compare/draw/palette.h"
#include "compare/draw/xml.h"

namespace poetry_compare {

std::string percent(double x) {
  return number(x * 100 / picture_width, 3);
}

std::string look(const Variant& variant, const Stretch& stretch) {
  if (stretch.what == working) return "work";
  if (stretch.what < stuck) return "any";
  const Task& task = variant.picture.tasks[stretch.what - stuck];
  return fmt::format("h{}", colour(task.poem));
}

Scale make_scale(const Comparison& comparison) {
  Scale scale;
  scale.axis = make_axis(comparison);
  for (const Poem& poem : comparison.poems) {
    scale.piles.push_back(
        std::max(1.0, static_cast<double>(poem.bytes.value_or(0)) / 8));
  }
  std::size_t most = 1;
  for (const Variant& variant : comparison.variants) {
    std::size_t reads = 0;
    for (const Task& task : variant.picture.tasks) {
      reads += task.reads.size();
      const auto pile = make_pile(task, scale.axis);
      auto& full = scale.piles[task.poem];
      full = std::max({full, static_cast<double>(task.bytes) / 8,
                       *std::max_element(pile.begin(), pile.end())});
    }
    most = std::max(most, reads);
  }
  scale.turn = std::min(12.0, picture_width / static_cast<double>(most));
  return scale;
}

std::string draw_axis(const Axis& axis,
                      double y,
                      double height,
                      bool with_times) {
  std::string text =
      fmt::format("<g class=\"axis\" data-y=\"{}\" data-height=\"{}\">",
                  number(y), number(height));
  for (const double time : marks(axis)) {
    const auto x = percent(axis.x(time));
    text += fmt::format(
        "<line class=\"grid\" x1=\"{0}%\" x2=\"{0}%\" y1=\"{1}\" y2=\"{2}\"/>",
        x, number(y), number(y + height));
    if (!with_times) continue;
    text += fmt::format("<text class=\"tick\" x=\"{}%\" y=\"{}\">{} s</text>",
                        x, number(y + height + 11), number(time, 6));
  }
  return text + "</g>";
}

}  // namespace poetry_compare
