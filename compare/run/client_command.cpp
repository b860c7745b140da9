#include "compare/run/client_command.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "compare/run/shell_words.h"

namespace poetry_compare {
namespace {

using Words = std::vector<std::string>;

bool any_has(const Words& words, std::string_view part) {
  return std::any_of(words.begin(), words.end(), [&](const auto& word) {
    return word.find(part) != word.npos;
  });
}

std::string replace(std::string word,
                    std::string_view part,
                    const std::string& text) {
  for (auto at = word.find(part); at != word.npos;
       at = word.find(part, at + text.size())) {
    word.replace(at, part.size(), text);
  }
  return word;
}

// A word that is {} becomes several words; within a word, {} becomes the
// addresses with a blank between them.
Words replace_all(const Words& words, const Words& addresses) {
  Words replaced;
  for (const auto& word : words) {
    if (word == all_addresses) {
      replaced.insert(replaced.end(), addresses.begin(), addresses.end());
    } else {
      const auto list = fmt::format("{}", fmt::join(addresses, " "));
      replaced.push_back(replace(word, all_addresses, list));
    }
  }
  return replaced;
}

Words replace_each(Words words, const std::string& address) {
  for (auto& word : words) word = replace(word, each_address, address);
  return words;
}

Words side_by_side(const Words& words, const Words& addresses) {
  std::string script;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    script += fmt::format("{} & p{}=$!; ",
                          shell_line(replace_each(words, addresses[i])), i);
  }
  script += "status=0; ";
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    script += fmt::format("wait $p{} || status=$?; ", i);
  }
  return {"/bin/sh", "-c", script + "exit $status"};
}

}  // namespace

std::vector<std::string> command_for(
    const Client& client, const std::vector<std::string>& addresses) {
  const bool all = any_has(client.words, all_addresses);
  const bool each = any_has(client.words, each_address);
  auto words = all ? replace_all(client.words, addresses) : client.words;
  if (each) return side_by_side(words, addresses);
  if (!all) words.insert(words.end(), addresses.begin(), addresses.end());
  return words;
}

}  // namespace poetry_compare
