// A plain view of the picture of one variant: strings, and numbers in units of
// the picture.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "compare/draw/downsample.h"
#include "compare/draw/scale.h"
#include "compare/measure/model.h"

namespace poetry_compare {

// Of one task, in units.
constexpr double lane_height = 18;

// A part of a thread's strip.
struct Segment {
  double begin = 0;
  double end = 0;
  std::string classes;  // its look: "any", "asleep", "h1"
};

// Text beside a place on the axis.
struct Label {
  double x = 0;
  bool before = true;  // on the left of it
  std::string text;
};

// A read, or several that lie together.
struct TickView {
  double x = 0;
  double size = 0;  // from 0, no bytes, to 1, the whole poem
};

// A row for one thread.
struct StripView {
  std::string label;  // "thread 2"
  std::string place;  // where it waits; see place_of_thread()
  std::vector<Segment> segments;
};

// A row for many threads: shapes on top of each other, the highest first.
struct CrowdView {
  struct Area {
    std::string classes;
    std::vector<double> parts;  // for each quarter of a unit; 1 fills the row
  };
  std::string label;  // "50 threads"
  std::vector<Area> areas;
};

// From this quarter of a unit on, so many bytes lay unread.
struct Level {
  std::size_t cell = 0;
  std::size_t bytes = 0;
};

// One task, or several: its connection, its reads, and the bytes that lay
// unread.
struct LaneView {
  std::string label;  // "task 7", "tasks 1-10"
  std::string short_label;  // "task 7", "1-10"
  std::size_t colour = 0;  // the number in its classes; 0 for several tasks
  std::string details;  // "ecstasy.txt: 3 003 bytes in 101 reads, ..."
  std::string place;  // where it is read; see place_of_task()
  double begin = 0;
  double end = 0;
  std::string size;  // "3 003 B"
  std::vector<double> connected;  // of several tasks: as many as that, as pile
  std::vector<double> pile;  // for each quarter of a unit; 1 fills the lane
  std::optional<Label>
      unread;  // beside the end of a large pile: "1 200 B unread"
  std::vector<TickView> ticks;
  std::vector<Tick> reads;  // of each tick
  std::vector<Level> levels;  // of the pile, as far as it can be seen
};

// All reads in their order, without a time axis.
struct OrderView {
  struct Row {
    std::size_t poem = 0;
    std::vector<Interval> boxes;
  };
  std::vector<Row> rows;  // one for each task; none if nothing was read
  bool in_one_row = false;  // the rows lie on each other
  double width = 1;  // of a box for one read
  double end = 0;  // of the last box
  std::string label;  // "217 reads", "first 143"
};

struct LanesView {
  std::vector<CrowdView> crowd;  // one if there are many threads
  std::vector<StripView> strips;
  std::vector<LaneView> lanes;
  OrderView order;
};

// Of a variant that was seen.
LanesView view_lanes(const std::vector<Poem>& poems,
                     const Picture& picture,
                     const Samples& samples,
                     const Scale& scale);

// How high a part of a lane is drawn, as a part of it: in steps of half a
// pixel, as smaller ones would not be seen. Less than 3/8 of a pixel is left
// out.
double visible_height(double part);

// The states of a thread, with their looks.
std::vector<Segment> view_strip(const Picture& picture,
                                const std::vector<Interval>& strip);

}  // namespace poetry_compare
