#include "support/xml.h"

#include <regex>
#include <set>
#include <vector>

namespace {

const std::string name = "[A-Za-z_:][A-Za-z0-9_:.-]*";
const std::string value = "\"[^<\"]*\"|'[^<']*'";
const std::regex tag("^<(/?)(" + name + ")((\\s+" + name + "\\s*=\\s*(" +
                     value + "))*)\\s*(/?)>$");
const std::regex attribute("(" + name + ")\\s*=\\s*(" + value + ")");
const std::regex bare("&(?!(amp|lt|gt|quot|apos|#[0-9]+|#x[0-9a-fA-F]+);)");

class Reader {
 public:
  explicit Reader(const std::string& text)
      : text_(text) {}

  std::string error() {
    for (const char c : text_) {
      if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
        return "a control character";
      }
    }
    while (at_ < text_.size()) {
      std::string problem = text_[at_] == '<' ? element() : words();
      if (!problem.empty()) return problem;
    }
    if (!open_.empty()) return "<" + open_.back() + "> does not end";
    return roots_ == 1 ? "" : "not one root";
  }

 private:
  std::string words() {
    const auto end = std::min(text_.find('<', at_), text_.size());
    const std::string part = text_.substr(at_, end - at_);
    at_ = end;
    if (std::regex_search(part, bare)) return "a bare & in: " + part;
    if (part.find("]]>") != part.npos) return "]]> in: " + part;
    const bool blank = part.find_first_not_of(" \n\t") == part.npos;
    return open_.empty() && !blank ? "words outside: " + part : "";
  }

  // std::regex cannot match long attributes: they are removed first.
  std::string element() {
    auto end = at_;
    char quote = 0;
    std::string shape;
    for (;; ++end) {
      if (end == text_.size()) return "a tag does not end";
      const char c = text_[end];
      if (quote && c == '<') return "a < in an attribute";
      if (!quote || c == quote) shape += c;
      if (c == quote) {
        quote = 0;
      } else if (!quote && (c == '"' || c == '\'')) {
        quote = c;
      }
      if (c == '>' && !quote) break;
    }
    const std::string whole = text_.substr(at_, end + 1 - at_);
    at_ = end + 1;
    std::smatch match;
    if (!std::regex_match(shape, match, tag)) return "not a tag: " + whole;
    if (std::regex_search(whole, bare)) return "a bare & in: " + whole;
    return nest(match);
  }

  std::string nest(const std::smatch& match) {
    const std::string self = match[2];
    if (match[1].length() > 0) {
      if (open_.empty() || open_.back() != self) return "</" + self + "> alone";
      open_.pop_back();
      return "";
    }
    std::set<std::string> names;
    const std::string attributes = match[3];
    for (std::sregex_iterator
             i(attributes.begin(), attributes.end(), attribute),
         none;
         i != none; ++i) {
      if (!names.insert((*i)[1]).second) return "twice: " + i->str();
    }
    if (open_.empty()) ++roots_;
    if (match[6].length() == 0) open_.push_back(self);
    return "";
  }

  const std::string& text_;
  std::size_t at_ = 0;
  int roots_ = 0;
  std::vector<std::string> open_;
};

}  // namespace

std::string xml_error(const std::string& text) {
  return Reader(text).error();
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t times = 0;
  for (auto at = text.find(part); at != text.npos;
       at = text.find(part, at + 1)) {
    ++times;
  }
  return times;
}
