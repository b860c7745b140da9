#include "compare/draw/growth_svg.h"

#include <cstddef>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "compare/draw/chart.h"
#include "compare/draw/growth_view.h"
#include "compare/draw/palette.h"
#include "compare/draw/xml.h"
#include "compare/report/terminal.h"

namespace poetry_compare {
namespace {

constexpr double margin = 14, line_height = 18;
constexpr double gap = 24;
constexpr std::size_t columns = 2;
constexpr double width = 2 * margin + columns * chart_width + gap;

// Is filled from top to bottom.
class Sheet {
 public:
  void text(const std::string& classes,
            const std::string& content,
            double height = line_height) {
    y_ += height;
    svg_ += fmt::format("<text x=\"{}\" y=\"{}\" class=\"{}\">{}</text>\n",
                        number(margin), number(y_), classes, escape(content));
  }

  // At about seven pixels a character.
  void lines(const std::string& classes,
             const std::vector<std::string>& sentences) {
    constexpr auto characters = static_cast<std::size_t>(width / 6.6);
    for (const auto& sentence : sentences) {
      std::istringstream wrapped(wrap(sentence, characters));
      for (std::string line; std::getline(wrapped, line);) text(classes, line);
    }
  }

  void charts(const std::vector<ChartView>& charts) {
    y_ += gap;
    for (std::size_t i = 0; i < charts.size(); ++i) {
      const std::size_t column = i % columns;
      svg_ += fmt::format(
          "<g transform=\"translate({} {})\">\n{}</g>\n",
          number(margin + static_cast<double>(column) * (chart_width + gap)),
          number(y_), draw_chart(charts[i]));
      if (column + 1 == columns) y_ += chart_height;
    }
    if (charts.size() % columns != 0) y_ += chart_height;
  }

  // All of it in words, too, for those who cannot see the picture.
  std::string finish(const GrowthView& view) {
    y_ += margin;
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"picture\" "
        "width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" "
        "aria-labelledby=\"title desc\">\n<title id=\"title\">{2}</title>\n"
        "<desc id=\"desc\">{3}</desc>\n<style>{4}{5}</style>\n"
        "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n{6}</svg>\n",
        number(width), number(y_), escape(view.title), escape(view.description),
        picture_style(), chart_style(), svg_);
  }

 private:
  std::string svg_;
  double y_ = 12;
};

}  // namespace

std::string make_svg(const Growth& growth) {
  const GrowthView view = view_growth(growth);
  Sheet sheet;
  sheet.text("title", view.title);
  sheet.text("say", view.summary, 22);
  sheet.lines("say", view.sentences);
  sheet.lines("alarm", view.complaints);
  sheet.charts(view.charts);
  sheet.text("", view.origin);
  return sheet.finish(view);
}

}  // namespace poetry_compare
