#include <fmt/format.h>

#include "compare/draw/page.h"

#include "compare/draw/captions.h"
#include "compare/draw/figures.h"
#include "compare/draw/page_parts.h"
#include "compare/draw/palette.h"
#include "compare/draw/xml.h"
#include "compare/report/sentences.h"
#include "compare/report/write_json.h"

namespace poetry_compare {
namespace {

std::string head(const Comparison& comparison) {
  return fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, "
      "initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>{}</title>\n<link rel=\"icon\" href=\"data:,\">\n"
      "<style>\n{}{}</style>\n</head>\n",
      escape(headline(comparison)), page_css, picture_style());
}

std::string sentence_list(const Comparison& comparison) {
  std::string html;
  for (const auto& line : sentences(comparison)) {
    html += fmt::format("<li>{}</li>\n", escape(line));
  }
  for (const auto& line : complaints(comparison)) {
    html += fmt::format("<li class=\"alarm\">{}</li>\n", escape(line));
  }
  return html.empty() ? "" : "<ul class=\"sentences\">\n" + html + "</ul>\n";
}

std::string section(const char* id,
                    const char* title,
                    const std::string& content) {
  return fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n{}</section>\n", id,
                     title, content);
}

std::string data(const Comparison& comparison) {
  return fmt::format(
      "<script type=\"application/json\" id=\"summary\">\n{}</script>\n"
      "<script type=\"application/json\" id=\"reads\">\n{}</script>\n",
      write_json(comparison), reads_json(comparison));
}

}  // namespace

std::string make_page(const Comparison& comparison) {
  std::string html = head(comparison);
  html += "<body>\n" + hatch_sheet();
  html += fmt::format("<header>\n<h1>{}</h1>\n<p>{}</p>\n{}</header>\n<main>\n",
                      escape(headline(comparison)), escape(summary(comparison)),
                      sentence_list(comparison));
  html += section("numbers", "What the clock shows, and what it hides",
                  numbers(comparison));
  html += section("pictures", "Whom they waited for", pictures(comparison));
  html +=
      section("figures", "The tutorial's figures, from this run",
              "<div class=\"row\">\n" + make_figures(comparison) + "</div>\n");
  html += section("tasks", "Task by task", tasks(comparison));
  html += section("made", "How this was made", provenance(comparison));
  html += "</main>\n<div id=\"tip\" role=\"status\" hidden></div>\n";
  html += data(comparison);
  html += fmt::format("<script>\n{}</script>\n</body>\n</html>\n", page_js);
  return html;
}

}  // namespace poetry_compare
