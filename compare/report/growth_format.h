// The measures and settings of a sweep, in words.
#pragma once

#include <string>
#include <string_view>

#include "compare/measure/growth.h"

namespace poetry_compare {

struct MeasureName {
  std::string_view title;  // "peak memory"
  std::string_view unit;  // "MiB"; empty: it is a count
  double scale;  // from the value to the unit
  std::string_view stem, suffix;  // of the keys: "memory" and "_bytes"
  std::string_view meaning;  // one sentence
};

const MeasureName& name_of(Measure measure);

// "wall, s", "threads"
std::string title_of(Measure measure);

// In the unit of the measure, without it: "0.221", "1 024".
std::string format_value(Measure measure, double value);

// With the unit: "0.221 s", "12 ms", "5.4 MiB", "1 024".
std::string format_with_unit(Measure measure, double value);

// "the number of servers"
std::string_view name_of_parameter(const Growth& growth);

// "64 servers", "a delay of 0.1 s"
std::string format_setting(const Growth& growth, double value);

// "64", "0.1 s", as long as the parameter is clear.
std::string format_setting_briefly(const Growth& growth, double value);

}  // namespace poetry_compare
