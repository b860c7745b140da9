// Draws a computed comparison: draw_sample FILE.html FILE.svg
#include <fstream>

#include "compare/draw/page.h"
#include "compare/draw/svg.h"
#include "support/sample.h"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto comparison = sample::make();
  comparison.variants.push_back(
      sample::unseen("<b>&\"x'", "cannot start: <script>alert(1)</script>"));
  std::ofstream(argv[1]) << poetry_compare::make_page(comparison);
  std::ofstream(argv[2]) << poetry_compare::make_svg(comparison);
  return 0;
}
