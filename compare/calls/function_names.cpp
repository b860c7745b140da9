#include "compare/calls/function_names.h"

#include <cxxabi.h>
#include <elf.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace poetry_compare {
namespace {

void erase_all(std::string& text, std::string_view part) {
  for (auto at = text.find(part); at != text.npos; at = text.find(part)) {
    text.erase(at, part.size());
  }
}

constexpr std::string_view call_operator = "operator()";
constexpr std::string_view lambda_in = "lambda in ";

// How the names of functions in no lane begin.
constexpr std::array<std::string_view, 10> others = {
    "_",     "cli::",      "cxxopts::", "decltype", "fmt::",
    "net::", "nlohmann::", "operator ", "spdlog::", "std::"};

// The place behind the bracket that belongs to the one at `begin`.
std::size_t behind_bracket(std::string_view text, std::size_t begin) {
  int depth = 0;
  for (std::size_t i = begin; i < text.size(); ++i) {
    if (std::strchr("<({", text[i])) ++depth;
    const bool is_arrow = text[i] == '>' && i > 0 && text[i - 1] == '-';
    if (std::strchr(">)}", text[i]) && !is_arrow) --depth;
    if (depth == 0) return i + 1;
  }
  return text.size();
}

// "main::{lambda()#1}::operator()" as "lambda in main". Clang numbers lambdas
// as "$_0". The functions that the compiler adds to a lambda get no name.
std::string plain_lambda(const std::string& name) {
  const auto end = std::min(name.find("::{lambda"), name.find("::$_"));
  if (end == name.npos) return name;
  if (!name.ends_with(call_operator)) return "";
  return lambda_in.data() + name.substr(0, end);
}

template <typename Part>
Part part_at(const std::string& file, std::size_t place) {
  Part part{};
  if (place + sizeof part > file.size()) {
    throw std::runtime_error("is not a program");
  }
  std::memcpy(&part, file.data() + place, sizeof part);
  return part;
}

std::vector<Elf64_Shdr> sections_of(const std::string& file) {
  const auto header = part_at<Elf64_Ehdr>(file, 0);
  if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
      header.e_ident[EI_CLASS] != ELFCLASS64) {
    throw std::runtime_error("is not a program for 64 bits");
  }
  std::vector<Elf64_Shdr> sections;
  for (std::size_t i = 0; i < header.e_shnum; ++i) {
    sections.push_back(
        part_at<Elf64_Shdr>(file, header.e_shoff + i * header.e_shentsize));
  }
  return sections;
}

std::string demangled(const char* name) {
  int status = 0;
  const std::unique_ptr<char, decltype(&std::free)> readable(
      abi::__cxa_demangle(name, nullptr, nullptr, &status), &std::free);
  return readable ? readable.get() : name;
}

}  // namespace

std::string short_name(std::string demangled) {
  erase_all(demangled, "(anonymous namespace)::");
  erase_all(demangled, "[abi:cxx11]");
  const std::string_view text = demangled;
  std::string name;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view left = text.substr(i);
    if (left.starts_with(call_operator)) {
      name += call_operator;
      i += call_operator.size();
    } else if (text[i] == '<') {
      i = behind_bracket(text, i);
    } else if (text[i] == '{') {
      const std::size_t end = behind_bracket(text, i);
      name += text.substr(i, end - i);
      i = end;
    } else if (text[i] == '(') {
      // The parameters end the name, unless a function inside this one follows.
      i = behind_bracket(text, i);
      if (text.substr(i).starts_with(" const")) i += 6;
      if (!text.substr(i).starts_with("::")) break;
    } else if (text[i] == ' ' && !name.ends_with("operator")) {
      name.clear();  // this was the return type
      ++i;
    } else {
      name += text[i++];
    }
  }
  return plain_lambda(name);
}

Lane lane_of(const std::string& name) {
  std::string_view rest = name;
  if (rest.starts_with(lambda_in)) rest.remove_prefix(lambda_in.size());
  if (rest.empty()) return Lane::none;
  if (rest.starts_with("reactor::")) return Lane::library;
  const bool is_other = std::any_of(
      others.begin(), others.end(),
      [&](std::string_view prefix) { return rest.starts_with(prefix); });
  return is_other ? Lane::none : Lane::yours;
}

std::map<std::uint64_t, std::string> function_names(
    const std::filesystem::path& program) {
  std::ifstream stream(program, std::ios::binary);
  const std::string file{std::istreambuf_iterator<char>(stream), {}};
  const auto sections = sections_of(file);
  std::map<std::uint64_t, std::string> names;
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type != SHT_SYMTAB) continue;
    const Elf64_Shdr& strings = sections.at(section.sh_link);
    for (std::size_t at = 0; at < section.sh_size; at += sizeof(Elf64_Sym)) {
      const auto symbol = part_at<Elf64_Sym>(file, section.sh_offset + at);
      if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC) continue;
      const char* const name =
          file.c_str() + std::min<std::size_t>(
                             file.size(), strings.sh_offset + symbol.st_name);
      names.try_emplace(symbol.st_value, short_name(demangled(name)));
    }
  }
  if (names.empty()) throw std::runtime_error("has no symbols");
  return names;
}

}  // namespace poetry_compare
