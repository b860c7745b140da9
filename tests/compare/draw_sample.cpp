// Draws a computed comparison and a computed sweep:
// draw_sample FILE.html FILE.svg SWEEP.html SWEEP.svg
#include <fstream>

#include "compare/draw/growth_page.h"
#include "compare/draw/growth_svg.h"
#include "compare/draw/page.h"
#include "compare/draw/svg.h"
#include "support/growth.h"
#include "support/sample.h"

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  auto comparison = sample::make();
  comparison.variants.push_back(
      sample::unseen("<b>&\"x'", "cannot start: <script>alert(1)</script>"));
  std::ofstream(argv[1]) << poetry_compare::make_page(comparison);
  std::ofstream(argv[2]) << poetry_compare::make_svg(comparison);
  auto growth = sample::growth();
  for (const char* name : {"callback", "coroutine", "<b>&\"x'"}) {
    sample::add(growth, name, poetry_compare::Measure::wall, {.22, .22, .23});
  }
  std::ofstream(argv[3]) << make_page(growth);
  std::ofstream(argv[4]) << make_svg(growth);
  return 0;
}
