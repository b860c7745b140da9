// The scale of all pictures of a comparison: it is the same for all variants,
// so that their pictures can be compared by eye.
#pragma once

#include <vector>

#include "compare/draw/axis.h"
#include "compare/draw/downsample.h"
#include "compare/measure/model.h"

namespace poetry_compare {

struct Scale {
  Axis axis;
  std::vector<double> piles;  // per poem: the unread bytes that fill a lane
  double turn = 1;  // how wide a box of the turns strip is
};

// From the samples of each variant, on that axis.
Scale make_scale(const Comparison& comparison,
                 const Axis& axis,
                 const std::vector<Samples>& samples);

}  // namespace poetry_compare
