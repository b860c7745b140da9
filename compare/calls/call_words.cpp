#include "compare/calls/call_words.h"

#include <string_view>

#include <fmt/format.h>

namespace poetry_compare {
namespace {

void add_sentences(const ChosenCall& call, std::string& text) {
  for (const ChosenCall& inner : call.calls) {
    if (inner.gap_before) text += " Other calls follow.";
    text += fmt::format(" {} calls {}.", label_of(call), label_of(inner));
    add_sentences(inner, text);
    if (inner.goes_on) return;
    text += fmt::format(" {} returns to {}", label_of(inner), label_of(call));
    text += inner.outcome.empty() ? "." : ": " + inner.outcome + ".";
    if (inner.times > 1) text += fmt::format(" Then {}.", repetition(inner));
  }
  if (call.goes_on) text += " Other calls follow.";
}

}  // namespace

std::string label_of(const ChosenCall& call) {
  constexpr std::string_view prefix = "reactor::";
  std::string name = call.name;
  const auto at = name.find(prefix);
  if (at != name.npos) name.erase(at, prefix.size());
  return name.starts_with("lambda in ") ? name : name + "()";
}

std::vector<std::string> fit(std::string label, std::size_t size) {
  std::vector<std::string> lines;
  while (label.size() > size) {
    const auto colons = label.rfind("::", label.size() - 3);
    const auto space = label.rfind(' ');
    if (colons == label.npos && space == label.npos) break;
    const std::size_t split = colons == label.npos ? space + 1 : colons + 2;
    lines.insert(lines.begin(), label.substr(split));
    label.resize(split);
    if (label.back() == ' ') label.pop_back();
  }
  lines.insert(lines.begin(), label);
  for (std::string& line : lines) {
    if (line.size() > size) line = line.substr(0, size - 1) + "…";
  }
  return lines;
}

std::string repetition(const ChosenCall& call) {
  if (call.times == 1) return "";
  if (call.times == 2) return "the same once more";
  return fmt::format("the same {} more times", call.times - 1);
}

std::string describe(const ChosenCall& main) {
  std::string text = "main() runs.";
  add_sentences(main, text);
  return text;
}

}  // namespace poetry_compare
