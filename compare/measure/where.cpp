#include "compare/measure/where.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace poetry_compare {
namespace {

// By caller.
using Times = std::map<int, double>;

std::vector<WaitsAt> longest_first(const Times& times) {
  std::vector<WaitsAt> waits;
  for (const auto& [caller, seconds] : times) {
    if (caller >= 0) waits.push_back({caller, seconds});
  }
  std::stable_sort(waits.begin(), waits.end(),
                   [](auto& a, auto& b) { return a.seconds > b.seconds; });
  return waits;
}

// Whether the wait is for other tasks only.
bool excludes(const Wait& wait, std::size_t task, const Picture& picture) {
  if (wait.set >= 0) {
    const auto& set = picture.sets[static_cast<std::size_t>(wait.set)];
    return std::find(set.begin(), set.end(), task) == set.end();
  }
  return wait.kind == WaitKind::one_task && wait.task != task;
}

// Where the thread that should have read the task waited for others meanwhile.
void add_stuck(const Picture& picture,
               const std::optional<Finding>& finding,
               Times& times) {
  if (!finding || finding->cause != Cause::stuck) return;
  const auto task =
      std::find_if(picture.tasks.begin(), picture.tasks.end(),
                   [&](auto& one) { return one.poem == finding->poem; });
  if (task == picture.tasks.end()) return;
  const auto index = static_cast<std::size_t>(task - picture.tasks.begin());
  for (const Wait& wait : picture.waits) {
    const double time = std::min(finding->end, wait.time + wait.duration) -
                        std::max(finding->begin, wait.time);
    if (time > 0 && excludes(wait, index, picture)) times[wait.caller] += time;
  }
}

// The modules and sites of all pictures, each once.
struct Collected {
  std::vector<Module> modules;
  std::vector<Site> sites;

  std::size_t index_of(const Caller& caller) {
    const auto module = add(caller.module, modules);
    return add(Site{module, caller.address}, sites);
  }

 private:
  template <typename T>
  static std::size_t add(const T& item, std::vector<T>& items) {
    const auto found = std::find(items.begin(), items.end(), item);
    const auto index = static_cast<std::size_t>(found - items.begin());
    if (found == items.end()) items.push_back(item);
    return index;
  }
};

// Those that make calls of the client: their places may be shown.
std::vector<Caller*> calling(Comparison& comparison) {
  std::vector<Caller*> callers;
  for (Variant& variant : comparison.variants) {
    for (Caller& caller : variant.picture.callers) {
      if (!caller.call.empty()) callers.push_back(&caller);
    }
  }
  return callers;
}

}  // namespace

std::vector<Caller> list_callers(const Trace& trace) {
  std::vector<Caller> callers;
  for (const Site& site : trace.sites) {
    Caller& caller = callers.emplace_back();
    if (site.module >= trace.modules.size()) continue;
    caller.module = trace.modules[site.module];
    caller.address = site.address;
  }
  return callers;
}

int most_frequent(const std::map<int, std::size_t>& calls) {
  const auto most =
      std::max_element(calls.begin(), calls.end(),
                       [](auto& a, auto& b) { return a.second < b.second; });
  return most == calls.end() ? -1 : most->first;
}

std::vector<WaitsAt> find_waits(const Picture& picture, int thread) {
  Times times;
  for (const Wait& wait : picture.waits) {
    if (thread >= 0 && wait.thread != thread) continue;
    times[wait.caller] += wait.duration;
  }
  return longest_first(times);
}

int find_reader(const Task& task) {
  std::map<int, std::size_t> reads;
  for (const Read& read : task.reads) ++reads[read.caller];
  return most_frequent(reads);
}

int find_fault(const Variant& variant) {
  const Numbers& run = variant.runs[variant.shown];
  if (run.polls) return variant.picture.empty_caller;
  Times times;
  add_stuck(variant.picture, run.unread, times);
  if (times.empty()) add_stuck(variant.picture, run.late_turn, times);
  const auto waits = longest_first(times);
  return waits.empty() ? -1 : waits.front().caller;
}

const Caller* find_caller(const Picture& picture, int caller) {
  const auto index = static_cast<std::size_t>(caller);
  if (caller < 0 || index >= picture.callers.size()) return nullptr;
  const Caller& found = picture.callers[index];
  return found.place.module.empty() ? nullptr : &found;
}

void add_places(Comparison& comparison) {
  const auto callers = calling(comparison);
  Collected collected;
  std::vector<std::size_t> indices;
  for (const Caller* caller : callers) {
    indices.push_back(collected.index_of(*caller));
  }
  const Places found = find_places(collected.modules, collected.sites);
  for (std::size_t i = 0; i < callers.size(); ++i) {
    callers[i]->place = found.places[indices[i]];
  }
  if (!found.tool_missing) return;
  comparison.note_on_places =
      "The lines of the code are not known: addr2line, of binutils, is not "
      "installed.";
}

}  // namespace poetry_compare
