// Places in the code of programs, as people read them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compare/trace/trace.h"

namespace poetry_compare {

struct Place {
  std::string module;  // "reactor-client-1/get-poetry-broken", "python3"
  std::string file;  // "reactor-client-1/get-poetry-broken.cpp"; or empty
  int line = 0;
  std::string function;  // "do_read"; empty: not known
  // Why neither line nor function can be known: "which has changed since". For
  // an interpreter they are left out, as they are not those of the script.
  std::string problem;

  // "reactor-client-1/get-poetry-broken.cpp:39, in do_read"; the module in
  // place of a line that is not known.
  std::string text() const;
};

struct Places {
  std::vector<Place> places;  // of each site
  bool tool_missing = false;  // lines are not known without addr2line
};

// Looks into the modules as they are now. If a module has changed since the
// run, its lines are left out, as they could be wrong.
Places find_places(const std::vector<Module>& modules,
                   const std::vector<Site>& sites);

// "do_read", for "(anonymous namespace)::Client::do_read()" or the name that
// the linker has for it.
std::string short_name(const std::string& function);

// The last two parts of the path, or the last one if the other is a directory
// of the system: "async-client/get-poetry.cpp", "python3.11".
std::string short_path(std::string_view path);

}  // namespace poetry_compare
