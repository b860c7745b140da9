// Calls as a picture: a lane for your code, one for the library, one for the
// system. Later calls are further down.
#pragma once

#include <string>

#include "compare/calls/chosen_calls.h"

namespace poetry_compare {

// A whole SVG file, for light and dark. It has no times, so another run that
// makes the same calls gives the same file. Its description has each call
// and each return in words, in order.
std::string draw_calls(const ChosenCall& main, const std::string& title);

}  // namespace poetry_compare
