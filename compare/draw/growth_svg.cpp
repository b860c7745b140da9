#include "compare/draw/growth_svg.h"

namespace poetry_compare {

std::string make_svg(const Growth&) {
  return {};
}

}  // namespace poetry_compare
