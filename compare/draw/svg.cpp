#include <fmt/format.h>

#include "compare/draw/svg.h"

#include <algorithm>
#include <cmath>

#include "compare/draw/captions.h"
#include "compare/draw/lanes.h"
#include "compare/draw/legend.h"
#include "compare/draw/palette.h"
#include "compare/draw/xml.h"
#include "compare/report/sentences.h"

namespace poetry_compare {
namespace {

constexpr double width = 1020, left = 78, margin = 14;

class Sheet {
 public:
  void text(double x, const std::string& classes, const std::string& words) {
    svg_ += fmt::format("<text x=\"{}\" y=\"{}\" class=\"{}\">{}</text>\n",
                        number(x), number(y_), classes, escape(words));
  }
  void down(double by) { y_ += by; }
  void legend(const std::vector<LegendItem>& items);
  void variant(const Comparison& comparison,
               const Variant& variant,
               const Scale& scale,
               bool last);
  std::string finish(const Comparison& comparison);

 private:
  std::string svg_;
  double y_ = 0;
};

// Three columns; an item that is too long for one takes the next as well, at
// seven pixels a character.
void Sheet::legend(const std::vector<LegendItem>& items) {
  const double column = (width - 2 * margin) / 3;
  double x = margin;
  for (const LegendItem& item : items) {
    const double needed =
        sample_width + 7 * static_cast<double>(item.text.size());
    const double size = column * std::clamp(std::ceil(needed / column), 1., 3.);
    if (x + size > width) {
      x = margin;
      y_ += 20;
    }
    svg_ += fmt::format("<g transform=\"translate({} {})\">{}</g>\n", number(x),
                        number(y_ - 11), item.sample);
    text(x + sample_width + 7, "say", item.text);
    x += size;
  }
  y_ += 20;
}

void Sheet::variant(const Comparison& comparison,
                    const Variant& variant,
                    const Scale& scale,
                    bool last) {
  y_ += 18;
  const auto trouble = complaint(variant);
  svg_ += fmt::format(
      "<text x=\"{}\" y=\"{}\"><tspan class=\"name\">{}</tspan>"
      "<tspan class=\"say\" dx=\"12\">{}</tspan>"
      "<tspan class=\"alarm\" dx=\"8\">{}</tspan></text>\n",
      number(margin), number(y_), escape(variant.name),
      headline(comparison, variant, "tspan"), escape(trouble));
  y_ += 9;
  const Drawing drawing = draw_lanes(comparison, variant, scale, last);
  svg_ += fmt::format(
      "<svg x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" "
      "overflow=\"visible\">{}</svg>\n",
      number(left), number(y_), number(picture_width), number(drawing.height),
      drawing.svg + drawing.turns + drawing.labels);
  y_ += drawing.height + 10;
}

std::string Sheet::finish(const Comparison& comparison) {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"picture\" "
      "width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" "
      "aria-labelledby=\"title desc\">\n<title id=\"title\">{2}</title>\n"
      "<desc id=\"desc\">{3}</desc>\n<style>{4}</style>\n{5}\n"
      "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n{6}</svg>\n",
      number(width), number(y_), escape(headline(comparison)),
      escape(description(comparison)), picture_style(), hatches(), svg_);
}

}  // namespace

std::string make_svg(const Comparison& comparison) {
  const Scale scale = make_scale(comparison);
  Sheet sheet;
  sheet.down(30);
  sheet.text(margin, "title", headline(comparison));
  sheet.down(20);
  sheet.text(margin, "say", summary(comparison));
  sheet.down(24);
  sheet.legend(legend_of_poems(comparison));
  sheet.legend(legend_of_marks());
  const Variant* last = nullptr;
  for (const Variant& variant : comparison.variants) {
    if (variant.picture.seen) last = &variant;
  }
  for (const Variant& variant : comparison.variants) {
    if (!variant.picture.seen) continue;
    sheet.variant(comparison, variant, scale, &variant == last);
  }
  sheet.down(14);
  sheet.text(margin, "",
             fmt::format("poetry-compare {}, {}", comparison.settings.version,
                         comparison.settings.date));
  sheet.down(12);
  return sheet.finish(comparison);
}

}  // namespace poetry_compare
