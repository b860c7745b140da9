#include "soak/checks.h"

#include <fmt/core.h>

namespace soak {
namespace {

constexpr std::size_t allowed_kib = 1024;

// "client: reset after 7" is counted in the row "client: reset".
Counts in_rows(const Counts& counts) {
  Counts rows;
  for (const auto& [what, count] : counts) {
    rows[what.substr(0, what.find(" after "))] += count;
  }
  return rows;
}

void check(const MonitoredProcess& monitored, Checks& checks) {
  const auto& [name, pid, warm, last, most_warm, most] = monitored;
  fmt::print("{:<26}", name);
  for (const Resources& resources : {warm, last, most_warm, most}) {
    fmt::print("{:>7}{:>8}", resources.descriptors, resources.kib);
  }
  fmt::print("\n");
  if (last.descriptors != warm.descriptors) {
    checks.fail(fmt::format("{}: {} descriptors became {}", name,
                            warm.descriptors, last.descriptors));
  }
  if (is_sanitized) return;
  if (last.kib > warm.kib + allowed_kib || last.kib + allowed_kib < warm.kib) {
    checks.fail(fmt::format("{}: {} KiB became {}", name, warm.kib, last.kib));
  }
}

}  // namespace

void check_outcomes(Counts wanted, Counts seen, Checks& checks) {
  constexpr auto line = "{:<34}{:>12}{:>12}\n";
  Counts rows = in_rows(seen);
  Counts all;
  fmt::print(line, "subject: what its peer did", "expected", "seen");
  for (const auto& [row, count] : in_rows(wanted)) {
    fmt::print(line, row, count, rows[row]);
    all["expected"] += count;
    all["seen"] += rows[row];
  }
  fmt::print(line, "all", all["expected"], all["seen"]);

  for (const auto& [what, count] : seen) {
    wanted[what];
  }
  for (const auto& [what, count] : wanted) {
    if (seen[what] == count) continue;
    checks.fail(
        fmt::format("{}: {} seen, {} expected", what, seen[what], count));
  }
}

void check_resources(const std::vector<MonitoredProcess>& monitored,
                     Checks& checks) {
  fmt::print("\n{:<26}{:>15}{:>15}{:>15}{:>15}\n", "descriptors, KiB", "warm",
             "at the end", "most, warming", "most, later");
  for (const MonitoredProcess& one : monitored) {
    check(one, checks);
  }
  if (is_sanitized)
    fmt::print("Memory is not checked: a sanitizer needs some\n");
}

}  // namespace soak
