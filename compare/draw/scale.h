// What is the same for all variants of a comparison, so that their pictures can
// be compared by eye.
#pragma once

#include <vector>

#include "compare/draw/axis.h"
#include "compare/measure/model.h"

namespace poetry_compare {

struct Scale {
  Axis axis;
  std::vector<double> piles;  // per poem: the unread bytes that fill a lane
  double turn = 1;  // how wide a box of the turns strip is
};

Scale make_scale(const Comparison& comparison);

}  // namespace poetry_compare
