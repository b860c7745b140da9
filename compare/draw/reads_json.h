// The reads of a comparison, for the script of the page.
#pragma once

#include <string>

#include "compare/draw/picture_view.h"

namespace poetry_compare {

// {"seconds":4.6,"variants":[[[...],...],...]}: for each task of each variant a
// list with three numbers for each tick: 10 us since the one before, bytes,
// reads.
std::string reads_json(const PictureView& view);

}  // namespace poetry_compare
