#include "compare/draw/page_view.h"

#include "compare/draw/page_tables.h"
#include "compare/report/write_json.h"

namespace poetry_compare {

PageView view_page(const Comparison& comparison) {
  return {view_picture(comparison),  view_numbers(comparison),
          view_figures(comparison),  view_tasks(comparison),
          view_settings(comparison), view_commands(comparison),
          write_json(comparison)};
}

}  // namespace poetry_compare
