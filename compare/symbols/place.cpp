#include "compare/symbols/place.h"

#include <cxxabi.h>
#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <system_error>

#include <fmt/format.h>

#include "compare/symbols/elf_file.h"
#include "compare/symbols/source_lines.h"
#include "compare/trace/sites.h"

namespace poetry_compare {
namespace {

std::string demangled(const std::string& name) {
  const std::unique_ptr<char, void (*)(void*)> text(
      abi::__cxa_demangle(name.c_str(), nullptr, nullptr, nullptr), std::free);
  return text ? text.get() : name;
}

void erase_all(std::string& text, std::string_view part) {
  for (auto at = text.find(part); at != text.npos; at = text.find(part)) {
    text.erase(at, part.size());
  }
}

// Without template arguments, and up to the parameters.
std::string without_arguments(const std::string& function) {
  std::string name;
  int depth = 0;
  for (const char c : function) {
    if (c == '(' && depth == 0) break;
    if (c == '<') ++depth;
    if (depth == 0) name += c;
    if (c == '>') --depth;
  }
  return name;
}

// The text after the last `separator`; all of it if there is none.
std::string last_part(std::string_view text, std::string_view separator) {
  const auto at = text.rfind(separator);
  return std::string(at == text.npos ? text
                                     : text.substr(at + separator.size()));
}

bool is_of_the_system(std::string_view directory) {
  return directory.empty() || directory == "bin" || directory == "sbin" ||
         directory.starts_with("lib") ||
         directory.find("-linux-") != directory.npos;
}

// A line of an interpreter is not a line of the program that it runs.
bool is_interpreter(std::string_view name) {
  for (const auto* known : {"python", "pypy", "libpython", "node", "ruby",
                            "perl", "java", "libjvm", "php", "lua"}) {
    if (name.starts_with(known)) return true;
  }
  return name.find(".cpython-") != name.npos;
}

// "python3" for all versions, and for their parts.
std::string name_of(std::string_view path) {
  const auto name = short_path(path);
  const bool is_python =
      is_interpreter(name) && name.find("python") != name.npos;
  return is_python ? "python3" : name;
}

// Why the module is not the one that ran; empty: it is.
std::string find_problem(const Module& module, const ElfFile& file) {
  Module now = module;
  now.size = now.modified = -1;
  add_size_and_time(now);
  if (now.size < 0) return "which is not there any more";
  const bool same = module.build_id.empty()
                        ? now == module
                        : file.build_id() == module.build_id;
  return same ? "" : "which has changed since";
}

// The addresses of one module.
class Resolver {
 public:
  explicit Resolver(const Module& module)
      : path_(module.path),
        name_(name_of(module.path)),
        is_interpreter_(is_interpreter(short_path(module.path))),
        file_(module.path),
        problem_(find_problem(module, file_)) {}

  // Sets `tool_missing` if lines are not known without addr2line.
  std::vector<Place> resolve(const std::vector<std::uint64_t>& addresses,
                             bool& tool_missing) const {
    std::vector<Place> places;
    for (const auto address : addresses) places.push_back(place_at(address));
    if (!is_native() || !file_.has_lines()) return places;
    try {
      const auto lines = find_lines(path_, addresses);
      for (std::size_t i = 0; i < lines.size(); ++i) add(lines[i], places[i]);
    } catch (const std::system_error&) {
      tool_missing = true;
    }
    return places;
  }

 private:
  bool is_native() const { return problem_.empty() && !is_interpreter_; }

  Place place_at(std::uint64_t address) const {
    Place place;
    place.module = name_;
    place.problem = problem_;
    if (is_native()) {
      place.function = short_name(file_.function_at(address));
    }
    return place;
  }

  static void add(const SourceLine& line, Place& place) {
    if (line.file.empty()) return;
    place.file = short_path(line.file);
    place.line = line.line;
    place.function = short_name(line.function);
  }

  std::string path_;
  std::string name_;
  bool is_interpreter_;
  ElfFile file_;
  std::string problem_;
};

// The sites of the module whose address is known, as indices.
std::vector<std::size_t> list_sites(const std::vector<Site>& sites,
                                    std::size_t module) {
  std::vector<std::size_t> indices;
  for (std::size_t i = 0; i < sites.size(); ++i) {
    if (sites[i].module == module && sites[i].address != 0) {
      indices.push_back(i);
    }
  }
  return indices;
}

}  // namespace

std::string Place::text() const {
  if (!problem.empty()) return module + ", " + problem;
  const auto where = file.empty() ? module : fmt::format("{}:{}", file, line);
  return function.empty() ? where : where + ", in " + function;
}

Places find_places(const std::vector<Module>& modules,
                   const std::vector<Site>& sites) {
  Places found;
  found.places.resize(sites.size());
  for (std::size_t i = 0; i < modules.size(); ++i) {
    const auto indices = list_sites(sites, i);
    if (indices.empty()) continue;
    std::vector<std::uint64_t> addresses;
    // A call is before the place that it returns to.
    for (const auto k : indices) addresses.push_back(sites[k].address - 1);
    auto places = Resolver(modules[i]).resolve(addresses, found.tool_missing);
    for (std::size_t k = 0; k < indices.size(); ++k) {
      found.places[indices[k]] = std::move(places[k]);
    }
  }
  return found;
}

std::string short_name(const std::string& function) {
  std::string name = demangled(function);
  erase_all(name, "(anonymous namespace)::");
  const auto lambda = name.find("::{lambda(");
  if (lambda != name.npos) {
    return "a lambda of " + short_name(name.substr(0, lambda));
  }
  return last_part(last_part(without_arguments(name), "::"), " ");
}

std::string short_path(std::string_view path) {
  const auto name = path.rfind('/');
  if (name == path.npos) return std::string(path);
  const auto before = path.substr(0, name);
  const auto directory = last_part(before, "/");
  const auto file = path.substr(name + 1);
  return is_of_the_system(directory) ? std::string(file)
                                     : fmt::format("{}/{}", directory, file);
}

}  // namespace poetry_compare
