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

// A part of a thread's strip.
struct Segment {
  double begin = 0;
  double end = 0;
  std::string classes;  // its look: "any", "work", "h1"
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

// One task: its connection, its reads, and the bytes that lay unread.
struct LaneView {
  std::size_t poem = 0;  // an index
  std::string details;  // "ecstasy.txt: 3 003 bytes in 101 reads, ..."
  double begin = 0;
  double end = 0;
  std::string size;  // "3 003 B"
  std::vector<double> pile;  // for each quarter of a unit; 1 fills the lane
  std::optional<Label>
      unread;  // beside the end of a large pile: "1 200 B unread"
  std::vector<TickView> ticks;
};

// All reads in their order, without a time axis.
struct OrderView {
  struct Row {
    std::size_t poem = 0;
    std::vector<Interval> boxes;
  };
  std::vector<Row> rows;  // one for each task; none if nothing was read
  double width = 1;  // of a box for one read
  double end = 0;  // of the last box
  std::string label;  // "217 reads"
};

struct LanesView {
  std::vector<std::vector<Segment>> strips;  // of each thread
  std::vector<LaneView> lanes;
  OrderView order;
};

// Of a variant that was seen.
LanesView view_lanes(const std::vector<Poem>& poems,
                     const Picture& picture,
                     const Samples& samples,
                     const Scale& scale);

// The states of a thread, with their looks.
std::vector<Segment> view_strip(const Picture& picture,
                                const std::vector<Interval>& strip);

}  // namespace poetry_compare
