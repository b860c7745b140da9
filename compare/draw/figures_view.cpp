#include "compare/draw/figures_view.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace poetry_compare {
namespace {

// The first variant of this kind that read everything.
const Variant* find_example(const Comparison& comparison,
                            const std::vector<Kind>& kinds,
                            Kind kind) {
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const Variant& variant = comparison.variants[i];
    if (kinds[i] == kind && !variant.failed()) return &variant;
  }
  return nullptr;
}

using Reads = std::vector<OrderedRead>;

// As many slices as there is room for.
SliceColumn view_column(const std::string& heading,
                        const Reads& reads,
                        double slice) {
  SliceColumn column{heading, {}, 0};
  const auto shown =
      std::min(reads.size(),
               static_cast<std::size_t>(std::lround(figure_height / slice)));
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [time, task, poem, thread] = reads[i];
    if (i == 0 || task != reads[i - 1].task) {
      column.groups.push_back({i, 0, task, poem});
    }
    ++column.groups.back().count;
  }
  column.hidden = reads.size() - shown;
  return column;
}

SliceFigure one_column(const Variant* variant, double slice) {
  if (!variant) return {};
  const auto reads = reads_in_order(variant->picture);
  return {slice,
          variant->picture.tasks.size(),
          {view_column(variant->name, reads, slice)},
          0};
}

SliceFigure column_per_thread(const Variant* variant, double slice) {
  if (!variant) return {};
  constexpr std::size_t most = 8;
  SliceFigure figure{slice, variant->picture.tasks.size(), {}, 0};
  const auto all = reads_in_order(variant->picture);
  for (const std::size_t thread : threads_by_poem(variant->picture)) {
    Reads own;
    std::copy_if(all.begin(), all.end(), std::back_inserter(own),
                 [&](auto& read) { return read.thread == thread; });
    if (own.empty()) continue;
    if (figure.columns.size() == most) {
      ++figure.hidden;
      continue;
    }
    const auto heading = fmt::format("thread {}", figure.columns.size() + 1);
    figure.columns.push_back(view_column(heading, own, slice));
  }
  return figure;
}

// The first few pauses of the servers.
Axis beginning(const Comparison& comparison) {
  const double whole = make_axis(comparison).seconds;
  const double pause = comparison.settings.delay;
  return {std::min(whole, pause > 0 ? 8.5 * pause : whole / 20)};
}

WaitingVariant view_waiting(const Variant& variant, const Axis& axis) {
  constexpr std::size_t most = 4;
  WaitingVariant view{variant.name, {}, 0};
  const auto reads = reads_in_order(variant.picture);
  for (const std::size_t thread : threads_by_poem(variant.picture)) {
    if (view.threads.size() == most) {
      ++view.hidden;
      continue;
    }
    const auto strip = make_strip(variant.picture, thread, axis);
    auto& column = view.threads.emplace_back();
    column.segments = view_strip(variant.picture, strip);
    std::copy_if(reads.begin(), reads.end(), std::back_inserter(column.reads),
                 [&](auto& read) {
                   return read.thread == thread && read.time <= axis.seconds;
                 });
  }
  return view;
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
  const auto find = [&](Kind kind) {
    return find_example(comparison, kinds, kind);
  };
  const Variant* blocking = find(Kind::one_by_one);
  const Variant* threads = find(Kind::threads);
  const Variant* several = find(Kind::several);
  const Variant* async = find(Kind::any_task);
  const Variant* threaded = threads ? threads : several;
  const double slice = slice_height({blocking, threaded, async});
  FiguresView view;
  view.blocking = one_column(blocking, slice);
  view.threaded = column_per_thread(threaded, slice);
  view.async = one_column(async, std::max(slice, 6.0));
  view.axis = beginning(comparison);
  for (const Variant* variant :
       {blocking, threads, several, async, find(Kind::unread)}) {
    if (variant) view.waiting.push_back(view_waiting(*variant, view.axis));
  }
  return view;
}

}  // namespace poetry_compare
