#include "compare/draw/svg.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "compare/draw/lanes.h"
#include "compare/draw/palette.h"
#include "compare/draw/picture_view.h"
#include "compare/draw/xml.h"
#include "compare/report/crowd.h"

namespace poetry_compare {
namespace {

constexpr double width = 1020, left = 78, margin = 14;

std::string marked(const Headline& headline) {
  if (headline.alarm.empty()) return headline.text;
  return fmt::format("{}<tspan class=\"alarm\">{}</tspan>", headline.text,
                     headline.alarm);
}

// Is filled from top to bottom.
class Sheet {
 public:
  void down(double by) { y_ += by; }

  void text(double x, const std::string& classes, const std::string& content) {
    svg_ += fmt::format("<text x=\"{}\" y=\"{}\" class=\"{}\">{}</text>\n",
                        number(x), number(y_), classes, escape(content));
  }

  // Three columns. An item that is too long for one, at seven pixels a
  // character, takes the next one as well.
  void legend(const std::vector<LegendItem>& items) {
    const double column = (width - 2 * margin) / 3;
    double x = margin;
    for (const LegendItem& item : items) {
      const double needed =
          sample_width + 7 * static_cast<double>(item.text.size());
      const double size =
          column * std::clamp(std::ceil(needed / column), 1., 3.);
      if (x + size > width) {
        x = margin;
        y_ += 20;
      }
      svg_ += fmt::format("<g transform=\"translate({} {})\">{}</g>\n",
                          number(x), number(y_ - 11), item.sample);
      text(x + sample_width + 7, "say", item.text);
      x += size;
    }
    y_ += 20;
  }

  void variant(const VariantView& variant,
               const std::vector<AxisMark>& axis,
               bool last) {
    y_ += 18;
    svg_ += fmt::format(
        "<text x=\"{}\" y=\"{}\"><tspan class=\"name\">{}</tspan>"
        "<tspan class=\"say\" dx=\"12\">{}</tspan>"
        "<tspan class=\"alarm\" dx=\"8\">{}</tspan></text>\n",
        number(margin), number(y_), escape(variant.name),
        marked(variant.headline), escape(variant.complaint));
    y_ += 9;
    const Drawing drawing = draw_lanes(variant.lanes, axis, last);
    svg_ += fmt::format(
        "<svg x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" "
        "overflow=\"visible\">{}</svg>\n",
        number(left), number(y_), number(picture_width), number(drawing.height),
        drawing.svg + drawing.order + drawing.labels);
    y_ += drawing.height + 10;
  }

  // All of it in sentences, too, for those who cannot see the picture.
  std::string finish(const PictureView& view) const {
    std::string text = view.summary + '.';
    for (const auto& line : view.sentences) text += ' ' + line;
    for (const auto& line : view.complaints) text += ' ' + line + '.';
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"picture\" "
        "width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" "
        "aria-labelledby=\"title desc\">\n<title id=\"title\">{2}</title>\n"
        "<desc id=\"desc\">{3}</desc>\n<style>{4}</style>\n{5}\n"
        "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n{6}</svg>\n",
        number(width), number(y_), escape(view.title), escape(text),
        picture_style(), hatches(), svg_);
  }

 private:
  std::string svg_;
  double y_ = 0;
};

}  // namespace

std::string make_svg(const Comparison& comparison) {
  const PictureView view = view_picture(comparison);
  Sheet sheet;
  sheet.down(30);
  sheet.text(margin, "title", view.title);
  sheet.down(20);
  sheet.text(margin, "say", view.summary);
  sheet.down(24);
  if (!is_crowd(view.poems.size())) sheet.legend(view.poems);
  sheet.legend(view.marks);
  for (const VariantView& variant : view.variants) {
    sheet.variant(variant, view.axis, &variant == &view.variants.back());
  }
  sheet.down(14);
  if (!view.omitted.empty()) sheet.text(margin, "say", view.omitted);
  sheet.down(view.omitted.empty() ? 0 : 18);
  sheet.text(margin, "", view.origin);
  sheet.down(12);
  return sheet.finish(view);
}

}  // namespace poetry_compare
