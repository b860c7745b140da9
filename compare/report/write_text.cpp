#include "compare/report/write_text.h"

#include "compare/report/sentences.h"
#include "compare/report/table.h"
#include "compare/report/text_table.h"

namespace poetry_compare {

std::string write_text(const Comparison& comparison,
                       const std::string& timeline,
                       const Terminal& terminal) {
  const auto line = [&](const std::string& text) {
    return (terminal.width ? wrap(text, *terminal.width) : text) + '\n';
  };
  std::string text = line(summary(comparison));
  text += write_table(make_table(comparison), terminal);
  if (!timeline.empty()) text += '\n' + timeline + '\n';
  for (const auto& complaint : complaints(comparison)) text += line(complaint);
  for (const auto& sentence : sentences(comparison)) text += line(sentence);
  return text;
}

}  // namespace poetry_compare
