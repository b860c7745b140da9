// A computed comparison, for the tests of tables and drawings.
#pragma once

#include "compare/measure/model.h"

namespace sample {

struct Options {
  double delay = 0.02;
  std::size_t repeat = 1;
  std::size_t poems = 3;  // the fourth is the first one again, and so on
};

// Blocking, threaded, async, reactor, broken, protocol and simple, with the
// poems of the suite.
poetry_compare::Comparison make(const Options& options);
inline poetry_compare::Comparison make() {
  return make({});
}

// A variant that was run and could not be traced.
poetry_compare::Variant unseen(const std::string& name,
                               const std::string& complaint);

}  // namespace sample
