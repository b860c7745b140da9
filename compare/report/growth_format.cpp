#include "compare/report/growth_format.h"

#include <array>
#include <cmath>
#include <cstddef>

#include <fmt/core.h>

#include "compare/report/format.h"

namespace poetry_compare {
namespace {

constexpr std::array<MeasureName, all_measures.size()> names = {{
    {"wall", "s", 1, "wall", "_s", "The time from start to end."},
    {"CPU", "ms", 1000, "cpu", "_s",
     "The processor time of the client, and of the processes that it started."},
    {"wake-ups", "", 1, "wakeups", "",
     "The waits for a socket that returned: select, poll, epoll_wait, and "
     "reads that had to wait."},
    {"voluntary switches", "", 1, "switches", "",
     "How often a thread gave up the processor, to wait for anything."},
    {"peak memory", "MiB", 1.0 / 1048576, "memory", "_bytes",
     "The peak memory of the largest process of the client, with its "
     "libraries."},
    {"threads", "", 1, "threads", "", "The threads that used a socket."},
    {"worst unread", "ms", 1000, "worst_unread", "_s",
     "The longest time for which bytes lay unread after they were sent."},
}};

std::string count(double value) {
  return format_count(static_cast<std::size_t>(std::llround(value)));
}

// Three digits, or all those before the point.
std::string three_digits(double value) {
  if (value >= 99.95) return count(value);
  const int digits = value >= 9.995 ? 1 : value >= 0.9995 ? 2 : 3;
  return fmt::format("{:.{}f}", value, digits);
}

}  // namespace

const MeasureName& name_of(Measure measure) {
  return names[static_cast<std::size_t>(measure)];
}

std::string title_of(Measure measure) {
  const auto& name = name_of(measure);
  if (name.unit.empty()) return std::string(name.title);
  return fmt::format("{}, {}", name.title, name.unit);
}

std::string format_value(Measure measure, double value) {
  const auto& name = name_of(measure);
  if (name.unit.empty()) return count(value);
  return three_digits(value * name.scale);
}

std::string format_with_unit(Measure measure, double value) {
  const auto text = format_value(measure, value);
  const auto unit = name_of(measure).unit;
  return unit.empty() ? text : fmt::format("{} {}", text, unit);
}

std::string_view name_of_parameter(const Growth& growth) {
  if (growth.parameter == "servers") return "the number of servers";
  if (growth.parameter == "bytes") return "the size of the poems";
  if (growth.parameter == "rcvbuf") return "the receive buffer";
  return "the delay";
}

std::string format_setting(const Growth& growth, double value) {
  const auto text = format_setting_briefly(growth, value);
  if (growth.parameter == "delay") return "a delay of " + text;
  if (growth.parameter == "servers") {
    return text + (value == 1 ? " server" : " servers");
  }
  const auto bytes = text + (value == 1 ? " byte" : " bytes");
  const bool is_size = growth.parameter == "bytes";
  return (is_size ? "poems of " : "a receive buffer of ") + bytes;
}

std::string format_setting_briefly(const Growth& growth, double value) {
  if (growth.parameter == "delay") return fmt::format("{} s", value);
  return count(value);
}

}  // namespace poetry_compare
