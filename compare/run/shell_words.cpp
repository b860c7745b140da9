#include "compare/run/shell_words.h"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include "cli/print.h"

namespace poetry_compare {
namespace {

class Splitter {
 public:
  // False if a quotation does not end.
  bool split(const std::string& text) {
    for (const char c : text) take(c);
    finish_word();
    return quote_ == 0 && !escaped_;
  }
  std::vector<std::string> words;

 private:
  void take(char c) {
    if (escaped_) {
      take_escaped(c);
    } else if (c == '\\' && quote_ != '\'') {
      escaped_ = in_word_ = true;
    } else if (quote_ != 0) {
      take_quoted(c);
    } else if (c == '\'' || c == '"') {
      quote_ = c;
      in_word_ = true;
    } else if (c == ' ' || c == '\t' || c == '\n') {
      finish_word();
    } else {
      word_ += c;
      in_word_ = true;
    }
  }

  // Between "" a backslash is kept, except before these characters.
  void take_escaped(char c) {
    const bool special = c == '"' || c == '\\' || c == '$' || c == '`';
    if (quote_ == '"' && !special) word_ += '\\';
    word_ += c;
    escaped_ = false;
  }

  void take_quoted(char c) {
    if (c == quote_) {
      quote_ = 0;
    } else {
      word_ += c;
    }
  }

  void finish_word() {
    if (in_word_) words.push_back(std::exchange(word_, {}));
    in_word_ = false;
  }

  std::string word_;
  bool in_word_ = false;
  bool escaped_ = false;
  char quote_ = 0;
};

std::string quote_word(const std::string& word) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("-_./:=,+@%").find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) {
    return word;
  }
  std::string quoted = "'";
  for (const char c : word) {
    quoted += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return quoted + '\'';
}

}  // namespace

std::optional<std::vector<std::string>> split_words(const std::string& line) {
  Splitter splitter;
  if (!splitter.split(line)) return std::nullopt;
  return splitter.words;
}

std::string shell_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    line += quote_word(word);
  }
  return line;
}

std::string quote(const std::vector<std::string>& words) {
  return cli::one_line(shell_line(words));
}

}  // namespace poetry_compare
