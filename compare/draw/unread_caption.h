// Why bytes lay unread, for the caption of a picture that shows it.
#pragma once

#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

// Of a variant where bytes lay unread: where to look, what the client did
// meanwhile, and whether the wall time shows it.
std::string unread_caption(const Comparison& comparison,
                           const Variant& variant);

}  // namespace poetry_compare
