#include "soak/ledger.h"

#include <fmt/core.h>

namespace soak {
namespace {

constexpr std::size_t allowed_kib = 1024;

// "client: reset after 7" belongs into the row "client: reset".
Tally in_rows(const Tally& tally) {
  Tally rows;
  for (const auto& [what, count] : tally) {
    rows[what.substr(0, what.find(" after "))] += count;
  }
  return rows;
}

void judge(const Watched& watched, Verdict& verdict) {
  const auto& [name, pid, warm, last, most_warm, most] = watched;
  fmt::print("{:<26}", name);
  for (const Weight& weight : {warm, last, most_warm, most}) {
    fmt::print("{:>7}{:>8}", weight.descriptors, weight.kib);
  }
  fmt::print("\n");
  if (last.descriptors != warm.descriptors) {
    verdict.wrong(fmt::format("{}: {} descriptors became {}", name,
                              warm.descriptors, last.descriptors));
  }
  if (is_sanitized) return;
  if (last.kib > warm.kib + allowed_kib || last.kib + allowed_kib < warm.kib) {
    verdict.wrong(
        fmt::format("{}: {} KiB became {}", name, warm.kib, last.kib));
  }
}

}  // namespace

void judge_outcomes(Tally wanted, Tally seen, Verdict& verdict) {
  constexpr auto line = "{:<34}{:>12}{:>12}\n";
  Tally rows = in_rows(seen);
  Tally all;
  fmt::print(line, "who: what its peer did", "as told", "seen");
  for (const auto& [row, count] : in_rows(wanted)) {
    fmt::print(line, row, count, rows[row]);
    all["told"] += count;
    all["seen"] += rows[row];
  }
  fmt::print(line, "all", all["told"], all["seen"]);

  for (const auto& [what, count] : seen) {
    wanted[what];
  }
  for (const auto& [what, count] : wanted) {
    if (seen[what] == count) continue;
    verdict.wrong(
        fmt::format("{}: {} seen, {} as told", what, seen[what], count));
  }
}

void judge_weights(const std::vector<Watched>& watched, Verdict& verdict) {
  fmt::print("\n{:<26}{:>15}{:>15}{:>15}{:>15}\n", "descriptors, KiB", "warm",
             "at the end", "most, warming", "most, later");
  for (const Watched& one : watched) {
    judge(one, verdict);
  }
  if (is_sanitized)
    fmt::print("Memory is not judged: a sanitizer needs some\n");
}

}  // namespace soak
