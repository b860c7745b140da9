#include "compare/poem_arguments.h"

#include <algorithm>
#include <charconv>
#include <climits>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "cli/poem.h"
#include "compare/run/clients.h"
#include "net/address.h"

namespace poetry_compare {
namespace {

// The last number of the list holds for all further poems.
std::size_t num_bytes(const cli::CommandLine& line, std::size_t index) {
  const auto text = line.text("num-bytes");
  const auto list = split_list(text.value_or("30,10"));
  const std::string& word = list[std::min(index, list.size() - 1)];
  std::size_t number = 0;
  const char* end = word.data() + word.size();
  const auto result = std::from_chars(word.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end || number == 0 ||
      number > INT_MAX) {
    cli::usage_error(fmt::format(
        "--num-bytes must be integers from 1 to {}, not '{}'", INT_MAX, word));
  }
  return text ? number : number * *line.integer("repeat", 1, 1'000'000);
}

void refuse_more_chunks(const cli::CommandLine& line, std::size_t poems) {
  const auto count = split_list(line.text("num-bytes").value_or("")).size();
  if (count <= poems) return;
  cli::usage_error(fmt::format("--num-bytes has {} numbers for {} {}", count,
                               poems, poems == 1 ? "poem" : "poems"));
}

std::string read_poem(const std::filesystem::path& file) try {
  cli::Poem poem(file.string(), 1);
  std::string text;
  while (text.size() < poem.size()) {
    text += poem.read(text.size(), poem.size() - text.size());
  }
  if (!text.empty()) return text;
  cli::input_error(fmt::format("'{}' is empty: there is nothing to wait for",
                               file.string()));
} catch (const std::exception& error) {
  cli::input_error(error.what());
}

std::vector<std::filesystem::path> find_poems(
    const std::vector<std::string>& names) {
  std::filesystem::path directory = "poetry";
  if (!std::filesystem::is_directory(directory)) {
    directory = find_companion("poetry", INSTALLED_POEMS);
  }
  std::vector<std::filesystem::path> files;
  for (const auto& name : names) files.push_back(directory / name);
  return files;
}

std::optional<net::Address> address_of(const std::string& word) try {
  return net::parse_address(word);
} catch (const std::invalid_argument&) {
  return std::nullopt;
}

PoemRequest parse_server(const std::string& typed) {
  PoemRequest poem;
  poem.typed = typed;
  poem.address = address_of(typed);
  if (poem.address) return poem;
  cli::usage_error(
      fmt::format("--connect must be [host:]port, not '{}'", typed));
}

// The events of a trace belong to a server by its port.
void require_different_ports(const std::vector<PoemRequest>& poems) {
  std::set<std::uint16_t> ports;
  for (const PoemRequest& poem : poems) {
    if (ports.insert(poem.address->port).second) continue;
    cli::usage_error(
        fmt::format("the port of '{}' is there twice", poem.typed));
  }
}

}  // namespace

std::vector<PoemRequest> parse_poems(
    const cli::CommandLine& line,
    const std::vector<std::string>& default_names) {
  std::vector<PoemRequest> poems;
  std::vector<std::filesystem::path> files(line.words().begin(),
                                           line.words().end());
  if (files.empty()) files = find_poems(default_names);
  refuse_more_chunks(line, files.size());
  for (const auto& file : files) {
    PoemRequest& poem = poems.emplace_back();
    poem.file = file;
    poem.text = read_poem(file);
    poem.num_bytes = num_bytes(line, poems.size() - 1);
  }
  return poems;
}

std::vector<PoemRequest> parse_servers(const cli::CommandLine& line) {
  std::vector<std::string> addresses = line.texts("connect");
  std::vector<std::string> files;
  for (const auto& word : line.words()) {
    (address_of(word) ? addresses : files).push_back(word);
  }
  if (!files.empty() && files.size() != addresses.size()) {
    cli::usage_error(fmt::format("there are {} addresses and {} poems: '{}'",
                                 addresses.size(), files.size(),
                                 files.front()));
  }
  std::vector<PoemRequest> poems;
  for (const auto& address : addresses) poems.push_back(parse_server(address));
  require_different_ports(poems);
  for (std::size_t i = 0; i < files.size(); ++i) {
    poems[i].file = files[i];
    poems[i].text = read_poem(files[i]);
  }
  return poems;
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> items;
  std::size_t begin = 0;
  for (std::size_t end = 0; end != text.npos; begin = end + 1) {
    end = text.find(',', begin);
    items.push_back(text.substr(begin, end - begin));
    if (end == text.npos) break;
  }
  return items;
}

}  // namespace poetry_compare
