#include "compare/draw/figures_view.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "compare/draw/downsample.h"
#include "compare/draw/palette.h"
#include "compare/draw/xml.h"

namespace poetry_compare {
namespace {

using Reads = std::vector<OrderedRead>;

// The first variant of each kind that read everything.
using Examples = std::map<Kind, const Variant*>;

Examples find_examples(const Comparison& comparison,
                       const std::vector<Kind>& kinds) {
  Examples examples;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const Variant& variant = comparison.variants[i];
    if (!variant.failed()) examples.emplace(kinds[i], &variant);
  }
  return examples;
}

const Variant* find(const Examples& examples, Kind kind) {
  const auto found = examples.find(kind);
  return found == examples.end() ? nullptr : found->second;
}

// As many slices as there is room for.
SliceColumn make_column(const Variant& variant,
                        const Reads& reads,
                        double slice,
                        const std::string& heading) {
  SliceColumn column{heading, {}, 0};
  const auto shown =
      std::min(reads.size(),
               static_cast<std::size_t>(std::lround(figure_height / slice)));
  for (std::size_t i = 0; i < shown; ++i) {
    const std::size_t task = reads[i].task;
    if (i == 0 || task != reads[i - 1].task) {
      const std::size_t poem = variant.picture.tasks[task].poem;
      column.groups.push_back(
          {i, 0, task, colour(poem), fmt::format("task {}", poem + 1)});
    }
    ++column.groups.back().count;
  }
  column.hidden = reads.size() - shown;
  return column;
}

SliceFigure one_column(const Variant& variant, double slice) {
  return {"",
          "",
          slice,
          variant.picture.tasks.size(),
          {make_column(variant, reads_in_order(variant.picture), slice,
                       variant.name)}};
}

SliceFigure column_per_thread(const Variant& variant, double slice) {
  SliceFigure figure{"", "", slice, variant.picture.tasks.size(), {}};
  const auto all = reads_in_order(variant.picture);
  for (const std::size_t thread : threads_by_poem(variant.picture)) {
    Reads own;
    std::copy_if(all.begin(), all.end(), std::back_inserter(own),
                 [&](auto& read) { return read.thread == thread; });
    if (own.empty()) continue;
    const auto heading = fmt::format("thread {}", figure.columns.size() + 1);
    figure.columns.push_back(make_column(variant, own, slice, heading));
  }
  return figure;
}

SliceFigure view_blocking(const Variant* variant, double slice) {
  if (!variant) {
    return {"Figure 1", "a client that takes one poem after the other"};
  }
  SliceFigure figure = one_column(*variant, slice);
  figure.title = "Figure 1: one after the other.";
  figure.caption =
      "One slice for each read, without the waiting between them. A task "
      "begins when the one before it has ended.";
  return figure;
}

SliceFigure view_threaded(const Variant* variant, double slice) {
  if (!variant) return {"Figure 2", "a client with threads"};
  SliceFigure figure = column_per_thread(*variant, slice);
  figure.title = "Figure 2: a thread for each task.";
  figure.caption =
      "Every task has a column of its own. The system decides which thread "
      "runs when.";
  return figure;
}

SliceFigure view_async(const Variant* variant, double slice) {
  if (!variant) {
    return {"Figure 3", "a client that waits for all tasks at once"};
  }
  SliceFigure figure = one_column(*variant, std::max(slice, 6.0));
  figure.title = "Figure 3: taking turns.";
  figure.caption =
      "One thread: the next slice goes to a task whose bytes have arrived. "
      "This is a close-up: the slices are those of Figure 1, only higher.";
  return figure;
}

// The first few pauses of the servers.
Axis beginning(const Comparison& comparison) {
  const Axis whole = make_axis(comparison);
  const double pause = comparison.settings.delay;
  return {
      std::min(whole.seconds, pause > 0 ? 8.5 * pause : whole.seconds / 20)};
}

WaitingColumn view_thread(const Variant& variant,
                          const Reads& reads,
                          std::size_t thread,
                          const Axis& axis) {
  WaitingColumn column{
      view_strip(variant.picture, make_strip(variant.picture, thread, axis)),
      {}};
  for (const OrderedRead& read : reads) {
    if (read.time > axis.seconds) break;
    if (read.thread != thread) continue;
    column.reads.push_back(
        {axis.x(read.time), colour(variant.picture.tasks[read.task].poem)});
  }
  return column;
}

WaitingVariant view_waiting(const Variant& variant, const Axis& axis) {
  WaitingVariant view{variant.name, {}};
  const auto reads = reads_in_order(variant.picture);
  for (const std::size_t thread : threads_by_poem(variant.picture)) {
    view.threads.push_back(view_thread(variant, reads, thread, axis));
  }
  return view;
}

WaitingFigure view_waiting(const Comparison& comparison,
                           const Examples& examples) {
  WaitingFigure figure;
  figure.title = "Figure 4: the waiting put back.";
  figure.axis = beginning(comparison);
  figure.marks = axis_marks(figure.axis);
  figure.caption = fmt::format(
      "The first {} s, to scale. Hatched: stuck in a read of one task. Grey: "
      "waiting for any task. The reads are drawn much thicker than they are: "
      "nearly all of the time is waiting, and the variants differ only in what "
      "they wait for.",
      number(figure.axis.seconds, 3));
  for (const Kind kind : {Kind::one_by_one, Kind::threads, Kind::several,
                          Kind::any_task, Kind::unread}) {
    const Variant* variant = find(examples, kind);
    if (variant) figure.variants.push_back(view_waiting(*variant, figure.axis));
  }
  return figure;
}

// One height for all, so that the longest column just fits. Slices of two
// pixels can still be told apart; of more reads than fit then, the first are
// shown.
double slice_height(std::initializer_list<const Variant*> variants) {
  std::size_t most = 1;
  for (const Variant* variant : variants) {
    if (variant) most = std::max(most, reads_in_order(variant->picture).size());
  }
  return std::clamp(figure_height / static_cast<double>(most), 2.0, 16.0);
}

}  // namespace

FiguresView view_figures(const Comparison& comparison,
                         const std::vector<Kind>& kinds) {
  const Examples examples = find_examples(comparison, kinds);
  const Variant* blocking = find(examples, Kind::one_by_one);
  const Variant* threaded = find(examples, Kind::threads);
  if (!threaded) threaded = find(examples, Kind::several);
  const Variant* async = find(examples, Kind::any_task);
  const double slice = slice_height({blocking, threaded, async});
  return {view_blocking(blocking, slice), view_threaded(threaded, slice),
          view_async(async, slice), view_waiting(comparison, examples)};
}

}  // namespace poetry_compare
