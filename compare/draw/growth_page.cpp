#include "compare/draw/growth_page.h"

namespace poetry_compare {

std::string make_page(const Growth&) {
  return {};
}

}  // namespace poetry_compare
