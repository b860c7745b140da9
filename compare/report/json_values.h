// The common parts of the JSON files of comparison and sweep.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "compare/measure/settings.h"
#include "compare/report/table.h"

namespace poetry_compare {

nlohmann::ordered_json to_json(const Settings& settings);
nlohmann::ordered_json to_json(const Cell& cell, const Column& column);
nlohmann::ordered_json to_json(const std::vector<std::string>& lines);

// null if there is no value.
template <typename T>
nlohmann::ordered_json maybe(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nullptr;
}

// The text, fit for a <script>: "<" stands only within strings.
std::string without_tags(std::string text);

}  // namespace poetry_compare
