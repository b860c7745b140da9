#include "support/sample.h"

#include <algorithm>
#include <utility>

#include "compare/measure/numbers.h"

namespace sample {
namespace {

using poetry_compare::Comparison;
using poetry_compare::Outcome;
using poetry_compare::Task;
using poetry_compare::Variant;
using poetry_compare::WaitKind;

constexpr double latency = 0.00012;  // from a send to the read
constexpr double start = 0.004;  // until the first connection

struct Experiment {
  Options options;
  std::vector<poetry_compare::Poem> poems;
};

Task connect(const Experiment& experiment, std::size_t poem, double time) {
  const auto& [name, port, bytes, chunk] = experiment.poems[poem];
  Task task;
  task.poem = poem;
  task.connected = time;
  for (std::size_t sent = 0; sent < *bytes; sent += chunk) {
    task.sends.push_back({time, std::min(chunk, *bytes - sent)});
    time += experiment.options.delay;
  }
  task.end = time + latency;
  task.outcome = Outcome::complete;
  return task;
}

// Reads all bytes that were sent up to now.
void read(Task& task, double time, double began, int thread) {
  std::size_t sent = 0;
  for (const auto& send : task.sends) sent += send.time < time ? send.bytes : 0;
  const std::size_t bytes = sent - task.bytes;
  if (bytes == 0) return;
  task.reads.push_back({time, time - began, bytes, bytes, thread});
  task.bytes += bytes;
}

// Reads until the end of the stream, without waiting for other tasks.
double drain(Variant& variant, std::size_t index, double now, int thread) {
  Task& task = variant.picture.tasks[index];
  read(task, now + latency, now, thread);
  for (const auto& send : task.sends) {
    if (send.time < now) continue;
    const double next = send.time + latency;
    variant.picture.waits.push_back(
        {now, next - now, thread, WaitKind::one_task, index, -1});
    read(task, next, now, thread);
    now = next + 0.00002;
  }
  if (task.end > now) {
    variant.picture.waits.push_back(
        {now, task.end - now, thread, WaitKind::one_task, index, -1});
  }
  task.end = std::max(now, task.end) + 0.00002;
  return task.end;
}

void blocking(const Experiment& experiment, Variant& variant) {
  double now = start;
  for (std::size_t i = 0; i < experiment.poems.size(); ++i) {
    variant.picture.tasks.push_back(connect(experiment, i, now));
    now = drain(variant, i, now, 0);
  }
  variant.picture.threads = {{1, 1, start, now, {}}};
}

void threaded(const Experiment& experiment, Variant& variant) {
  for (std::size_t i = 0; i < experiment.poems.size(); ++i) {
    const double begin = start + 0.0002 * static_cast<double>(i);
    variant.picture.tasks.push_back(connect(experiment, i, begin));
    const double end = drain(variant, i, begin, static_cast<int>(i));
    variant.picture.threads.push_back(
        {1, static_cast<int>(i) + 2, begin, end, {}});
    variant.picture.tasks.back().thread = static_cast<int>(i);
  }
  std::stable_sort(variant.picture.waits.begin(), variant.picture.waits.end(),
                   [](auto& a, auto& b) { return a.time < b.time; });
}

void eventful(const Experiment& experiment, Variant& variant) {
  std::vector<std::pair<double, std::size_t>> events;
  double end = 0;
  for (std::size_t i = 0; i < experiment.poems.size(); ++i) {
    auto& task = variant.picture.tasks.emplace_back(
        connect(experiment, i, start + 0.0003 * static_cast<double>(i)));
    for (const auto& send : task.sends) events.emplace_back(send.time, i);
    events.emplace_back(task.end - latency, i);
    end = std::max(end, task.end);
  }
  std::stable_sort(events.begin(), events.end());
  double now = start;
  for (const auto& [time, i] : events) {
    const double next = time + latency;
    variant.picture.waits.push_back(
        {now, next - now, 0, WaitKind::any_task, 0, -1});
    read(variant.picture.tasks[i], next, next, 0);
    now = next + 0.00005;
    variant.picture.turns.push_back({next, now - next, 0});
  }
  variant.overall.longest_turn = 0.00012;
  variant.picture.threads = {{1, 1, start, now, {}}};
}

void broken(const Experiment& experiment, Variant& variant) {
  for (std::size_t i = 0; i < experiment.poems.size(); ++i) {
    variant.picture.tasks.push_back(connect(experiment, i, start));
  }
  double now = start + latency;
  variant.picture.waits.push_back(
      {start, latency, 0, WaitKind::any_task, 0, -1});
  for (const std::size_t i : {2U, 0U, 1U}) {
    const double end = drain(variant, i, now, 0);
    variant.picture.turns.push_back({now, end - now, 0});
    variant.overall.longest_turn =
        std::max(variant.overall.longest_turn.value_or(0), end - now);
    now = end;
  }
  variant.picture.threads = {{1, 1, start, now, {}}};
}

template <typename Client>
void add(Comparison& comparison,
         const Experiment& experiment,
         const char* name,
         double cpu,
         Client client) {
  Variant variant;
  variant.name = name;
  variant.command = std::string(name) + "-client/get-poetry 1 2 3";
  client(experiment, variant);
  variant.overall.worst_unread = latency;
  if (name == std::string("broken")) {
    const auto& late = variant.picture.tasks[1];
    variant.overall.worst_unread = late.reads[0].time - late.sends[0].time;
  }
  for (auto& task : variant.picture.tasks) {
    task.worst_unread = worst_unread(task).duration();
    variant.overall.wall = std::max(variant.overall.wall, task.end + 0.001);
  }
  variant.overall.cpu = cpu;
  variant.picture.seen = true;
  variant.overall.awaited_turn = variant.overall.longest_turn;
  variant.overall.unread = find_unread(variant.picture);
  variant.overall.late_turn = find_late_turn(variant.picture);
  variant.runs = {variant.overall};
  comparison.variants.push_back(std::move(variant));
  auto& added = comparison.variants.back();
  const double ratio = comparison.variants[0].overall.wall / added.overall.wall;
  added.counted = 1;
  added.vs_reference = {ratio, {ratio, ratio}};
}

}  // namespace

Comparison make(const Options& options) {
  Experiment experiment{options,
                        {{"ecstasy.txt", 10001, 3003 * options.repeat, 30},
                         {"fascination.txt", 10002, 623 * options.repeat, 10},
                         {"science.txt", 10003, 653 * options.repeat, 10}}};
  for (std::size_t i = 3; i < options.poems; ++i) {
    auto poem = experiment.poems[i % 3];
    poem.port = static_cast<std::uint16_t>(10001 + i);
    experiment.poems.push_back(poem);
  }
  Comparison comparison;
  comparison.poems = experiment.poems;
  comparison.settings.delay = options.delay;
  comparison.settings.repeat = options.repeat;
  comparison.settings.version = "0.1.0";
  comparison.settings.host = "pinguin, Linux 6.1.0 x86_64, 4 CPUs";
  comparison.settings.date = "2024-05-01 12:00 UTC";
  comparison.settings.command = "poetry-compare --delay 0.02 --html p.html";
  add(comparison, experiment, "blocking", 0.002, blocking);
  add(comparison, experiment, "threaded", 0.003, threaded);
  add(comparison, experiment, "async", 0.003, eventful);
  add(comparison, experiment, "reactor", 0.004, eventful);
  add(comparison, experiment, "broken", 0.002, broken);
  add(comparison, experiment, "protocol", 0.005, eventful);
  add(comparison, experiment, "simple", 0.004, eventful);
  return comparison;
}

Variant unseen(const std::string& name, const std::string& complaint) {
  Variant variant;
  variant.name = name;
  variant.overall.complaint = complaint;
  variant.overall.status = complaint.empty() ? 0 : 127;
  variant.overall.wall = 0.25;
  variant.runs = {variant.overall};
  return variant;
}

}  // namespace sample
