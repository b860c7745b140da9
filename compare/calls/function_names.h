// The functions of a program, by name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace poetry_compare {

// Where a function belongs.
enum class Lane { yours, library, system, none };

// "reactor::Reactor::run" of "reactor::Reactor::run()": without namespaces that
// have no name, parameters, template arguments and return type. The function of
// a lambda is "lambda in main".
std::string short_name(std::string demangled);

// The lane of a function with such a name. Functions of the standard library,
// and helpers such as those of net and fmt, are in none.
Lane lane_of(const std::string& name);

// The short names of all functions of a program, by their place in it. Throws
// std::runtime_error: one line.
std::map<std::uint64_t, std::string> function_names(
    const std::filesystem::path& program);

}  // namespace poetry_compare
