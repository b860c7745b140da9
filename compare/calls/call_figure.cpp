#include "compare/calls/call_figure.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "compare/calls/call_words.h"
#include "compare/calls/figure_style.h"
#include "compare/draw/xml.h"

namespace poetry_compare {
namespace {

constexpr double figure_width = 572, head = 62;
constexpr double bar_width = 12, nesting = 16;
constexpr double line_height = 16, step = 10;
constexpr double character_width = 7.83;

// Where a lane is, and how it looks.
struct LaneLook {
  const char* heading;
  const char* colour;
  double x;
  double width;
};

constexpr std::array<LaneLook, 3> lanes = {{{"your code", "1", 8, 206},
                                            {"library", "3", 218, 222},
                                            {"system", "0", 444, 120}}};

const LaneLook& look_of(Lane lane) {
  return lanes.at(static_cast<std::size_t>(lane));
}

bool is_wait(const ChosenCall& call) {
  return call.lane == Lane::system &&
         (call.name == "epoll_wait" || call.name == "poll" ||
          call.name == "select");
}

// One call that is drawn and has not returned.
struct Bar {
  const LaneLook* lane;
  double x;
  double top;
  double running_since;
  bool waits;

  double middle() const { return x + bar_width / 2; }
};

class Figure {
 public:
  void draw(const ChosenCall& call) {
    begin(call);
    for (const ChosenCall& inner : call.calls) {
      if (inner.gap_before) leave_out("other calls");
      y_ += step;
      draw(inner);
      if (inner.goes_on) return end_open();
      if (inner.times > 1) leave_out(repetition(inner));
    }
    if (call.goes_on) {
      leave_out("and so on");
      return end_open();
    }
    end();
  }

  std::string finish(const std::string& title, const std::string& text) const {
    const double height = y_ + 68;
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" "
        "width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" role=\"img\" "
        "aria-labelledby=\"title desc\">\n<title id=\"title\">{2}</title>\n"
        "<desc id=\"desc\">{3}</desc>\n<style>{4}</style>\n{5}\n"
        "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n"
        "<text x=\"8\" y=\"24\" class=\"title\">{2}</text>\n"
        "{6}{7}{8}{9}{10}{11}</svg>\n",
        number(figure_width), number(height), escape(title), escape(text),
        figure_style, wait_hatch, draw_lanes(), bars_, running_, arrows_,
        labels_, draw_legend());
  }

 private:
  void begin(const ChosenCall& call) {
    const LaneLook& lane = look_of(call.lane);
    const auto depth =
        std::count_if(open_.begin(), open_.end(),
                      [&](const Bar& bar) { return bar.lane == &lane; });
    const double x = lane.x + 8 + nesting * static_cast<double>(depth);
    const Bar bar{&lane, x, y_, y_, is_wait(call)};
    if (!open_.empty()) {
      stop(open_.back());
      draw_arrow(open_.back(), bar, "");
    }
    open_.push_back(bar);
    const double room = lane.x + lane.width - x - bar_width - 4;
    const auto size = static_cast<std::size_t>(room / character_width);
    y_ += 2;
    for (const std::string& line : fit(label_of(call), size)) {
      write(line, "call");
    }
    if (!call.outcome.empty()) write("→ " + call.outcome, "note");
  }

  void end() {
    y_ += step;
    const Bar bar = open_.back();
    open_.pop_back();
    stop(bar);
    draw_still(bar);
    if (open_.empty()) return;
    open_.back().running_since = y_;
    draw_arrow(bar, open_.back(), " back");
  }

  // The call goes on below the figure.
  void end_open() {
    draw_still(open_.back());
    open_.pop_back();
  }

  // Beside the innermost bar, at its right.
  void write(const std::string& line, const char* kind) {
    y_ += line_height;
    labels_ += fmt::format("<text x=\"{}\" y=\"{}\" class=\"{}\">{}</text>\n",
                           number(open_.back().x + bar_width + 5),
                           number(y_ - 2), kind, escape(line));
  }

  void leave_out(const std::string& what) {
    stop(open_.back());
    y_ += 6;
    write("⋮ " + what, "note");
    y_ += 2;
    open_.back().running_since = y_;
  }

  void stop(const Bar& bar) {
    const char* const kind = bar.waits ? "h" : "f";
    running_ +=
        rectangle(bar.x, bar.running_since, bar_width, y_ - bar.running_since,
                  fmt::format("{}{}", kind, bar.lane->colour));
  }

  void draw_still(const Bar& bar) {
    bars_ += rectangle(bar.x, bar.top, bar_width, y_ - bar.top,
                       fmt::format("still f{0} s{0}", bar.lane->colour));
  }

  void draw_arrow(const Bar& from, const Bar& to, const char* kind) {
    const bool right = to.x > from.x;
    const double begin = right ? from.x + bar_width : from.x;
    const double end = right ? to.x : to.x + bar_width;
    const double back = right ? -6 : 6;
    arrows_ += fmt::format(
        "<path class=\"arrow{}\" d=\"M{} {}H{}\"/>"
        "<path class=\"head\" d=\"M{} {}l{} -4v8z\"/>\n",
        kind, number(begin), number(y_), number(end + back / 2), number(end),
        number(y_), number(back));
  }

  static std::string rectangle(double x,
                               double y,
                               double width,
                               double height,
                               const std::string& classes) {
    return fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" class=\"{}\"/>\n",
        number(x), number(y), number(width), number(height), classes);
  }

  std::string draw_lanes() const {
    std::string text;
    for (const LaneLook& lane : lanes) {
      text += rectangle(lane.x, 36, lane.width, y_ - 26,
                        fmt::format("tint f{}", lane.colour));
      text += fmt::format("<text x=\"{}\" y=\"54\" class=\"lane\">{}</text>\n",
                          number(lane.x + 8), lane.heading);
    }
    return text;
  }

  std::string draw_legend() const {
    std::string text;
    double x = 8;
    const auto add = [&](const char* classes, const char* words, double size) {
      text += rectangle(x, y_ + 22, bar_width, 14, classes);
      text += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", number(x + 18),
                          number(y_ + 33), words);
      x += size;
    };
    add("f3", "runs", 70);
    add("still f3 s3", "has made a call, and stands still", 226);
    add("h0", "the whole program sleeps", 180);
    return text + fmt::format(
                      "<text x=\"8\" y=\"{}\">Drawn from the calls of a run. "
                      "Calls of other "
                      "functions are left out.</text>\n",
                      number(y_ + 58));
  }

  std::vector<Bar> open_;
  double y_ = head;
  std::string bars_, running_, arrows_, labels_;
};

}  // namespace

std::string draw_calls(const ChosenCall& main, const std::string& title) {
  Figure figure;
  figure.draw(main);
  return figure.finish(title, describe(main));
}

}  // namespace poetry_compare
