// Where the variants wait, in words.
#pragma once

#include <string>
#include <vector>

#include "compare/measure/model.h"
#include "compare/report/table.h"

namespace poetry_compare {

// "recv at async-client/get-poetry.cpp:39, in do_read"; where the line is not
// known, "recv, called by python3.11".
std::string tell_caller(const Caller& caller);

// "broken was stuck in recv at ..."; empty if the variant raises no alarm, or
// if the place is not known.
std::string tell_fault(const Comparison& comparison, const Variant& variant);

// A place where a variant waits.
struct WaitingPlace {
  const Caller* caller;
  double seconds;  // of all threads together
};

// The longest waits first; without those that are less than a hundredth of all.
std::vector<WaitingPlace> waiting_places(const Variant& variant);

// A row for each of the first three places of a variant. There are no rows if
// no place is known.
Table make_place_table(const Comparison& comparison);

}  // namespace poetry_compare
