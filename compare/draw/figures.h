// Draws the tutorial's figures as HTML.
#pragma once

#include <string>

#include "compare/draw/figures_view.h"

namespace poetry_compare {

// Four <figure>s. In place of a missing one, a line says why it is missing.
std::string draw_figures(const FiguresView& view);

}  // namespace poetry_compare
