// A plain view of the tutorial's figures, taken from a run.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compare/draw/captions.h"
#include "compare/draw/lanes_view.h"
#include "compare/measure/model.h"

namespace poetry_compare {

// How high the figures are, in pixels. Time runs from top to bottom.
constexpr double figure_height = 460;

// Successive reads of one task.
struct SliceGroup {
  std::size_t first = 0;  // how many slices are above
  std::size_t count = 0;
  std::size_t task = 0;  // an index
  std::size_t poem = 0;
};

// Slices below each other, one for each read, without the time between them.
struct SliceColumn {
  std::string heading;
  std::vector<SliceGroup> groups;
  std::size_t hidden = 0;  // slices for which there is no room
};

// One of Figures 1 to 3; without columns if no variant was of its kind.
struct SliceFigure {
  double slice = 1;  // how high one is, in pixels
  std::size_t num_tasks = 1;
  std::vector<SliceColumn> columns;
  std::size_t hidden = 0;  // columns for which there is no room
};

// A thread of Figure 4.
struct WaitingColumn {
  std::vector<Segment> segments;  // what it waited for
  std::vector<OrderedRead> reads;
};

struct WaitingVariant {
  std::string name;
  std::vector<WaitingColumn> threads;
  std::size_t hidden = 0;  // threads for which there is no room
};

struct FiguresView {
  SliceFigure blocking, threaded, async;
  Axis axis;  // of Figure 4: the beginning of the run, with the waiting
  std::vector<WaitingVariant> waiting;
};

// The kinds are those of the variants.
FiguresView view_figures(const Comparison& comparison,
                         const std::vector<Kind>& kinds);

}  // namespace poetry_compare
