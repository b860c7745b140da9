#include <fmt/format.h>

#include "compare/draw/page_parts.h"
#include "compare/draw/palette.h"
#include "compare/draw/xml.h"
#include "compare/report/alarms.h"
#include "compare/report/format.h"

namespace poetry_compare {
namespace {

const char* words(Outcome outcome) {
  switch (outcome) {
    case Outcome::complete:
      return "complete";
    case Outcome::partial:
      return "not all of it";
    case Outcome::wrong:
      return "other bytes";
    case Outcome::unknown:
      break;
  }
  return "nothing to compare with";
}

std::string task_row(const Comparison& comparison,
                     const Variant& variant,
                     const Task& task) {
  const bool bad =
      task.outcome == Outcome::partial || task.outcome == Outcome::wrong;
  const double unread = task.worst_unread.value_or(0);
  return fmt::format(
      "<tr><th scope=\"row\" class=\"words\">{}</th><td class=\"words\">"
      "<i class=\"chip c{}\"></i> {} {}</td><td>{}</td><td>{}</td>"
      "<td>{:.3f} s</td><td>{:.3f} s</td><td{}>{}</td>"
      "<td class=\"{}\">{}</td></tr>\n",
      escape(variant.name), colour(task.poem), task.poem + 1,
      escape(comparison.poems[task.poem].name), format_count(task.bytes),
      format_count(task.reads.size()), task.connected, task.end,
      is_long(comparison, unread) ? " class=\"alarm\"" : "",
      task.worst_unread ? fmt::format("{:.3f} s", unread) : "-",
      bad ? "alarm" : "words", words(task.outcome));
}

class Facts {
 public:
  void add(const char* name, const std::string& value) {
    if (value.empty()) return;
    html_ += fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, escape(value));
  }
  void add_code(const std::string& name, const std::string& value) {
    if (value.empty()) return;
    html_ += fmt::format("<dt>{}</dt><dd><code>{}</code></dd>\n", escape(name),
                         escape(value));
  }
  std::string list() const { return "<dl>\n" + html_ + "</dl>\n"; }

 private:
  std::string html_;
};

std::string bytes_or_default(const std::optional<int>& size) {
  return size ? fmt::format("{} bytes", *size) : "the system's";
}

std::string poems(const Comparison& comparison) {
  std::string text;
  for (const Poem& poem : comparison.poems) {
    text += fmt::format("{}{} (port {})", text.empty() ? "" : ", ", poem.name,
                        poem.port);
  }
  return text;
}

}  // namespace

std::string tasks(const Comparison& comparison) {
  std::string html =
      "<div class=\"wide\" tabindex=\"0\" role=\"group\" "
      "aria-label=\"Table\"><table>\n<thead><tr>"
      "<th scope=\"col\" class=\"words\">variant</th>"
      "<th scope=\"col\" class=\"words\">task</th><th scope=\"col\">bytes</th>"
      "<th scope=\"col\">reads</th><th scope=\"col\">connected</th>"
      "<th scope=\"col\">end</th><th scope=\"col\">worst unread</th>"
      "<th scope=\"col\" class=\"words\">poem</th></tr></thead>\n";
  for (const Variant& variant : comparison.variants) {
    if (variant.picture.tasks.empty()) continue;
    html += "<tbody>\n";
    for (const Task& task : variant.picture.tasks) {
      html += task_row(comparison, variant, task);
    }
    html += "</tbody>\n";
  }
  return html + "</table></div>\n";
}

std::string provenance(const Comparison& comparison) {
  const Settings& settings = comparison.settings;
  Facts facts;
  facts.add("poetry-compare", settings.version);
  facts.add("host", settings.host);
  facts.add("date", settings.date);
  facts.add("poems", poems(comparison));
  facts.add("delay", settings.delay > 0
                         ? fmt::format("{} s after each chunk", settings.delay)
                         : "not known");
  facts.add("repeat", fmt::format("{}", settings.repeat));
  facts.add("receive buffers", bytes_or_default(settings.rcvbuf));
  facts.add("send buffers", bytes_or_default(settings.sndbuf));
  facts.add("runs", settings.runs == 1
                        ? "1"
                        : fmt::format("{}; the pictures show those of median "
                                      "wall time",
                                      settings.runs));
  facts.add("reactor", settings.reactor.empty() ? "each program's default"
                                                : settings.reactor);
  facts.add_code("once more", settings.command);
  Facts commands;
  for (const Variant& variant : comparison.variants) {
    commands.add_code(variant.name, variant.command);
  }
  return facts.list() + "<h3>The commands</h3>\n" + commands.list();
}

}  // namespace poetry_compare
