// The machine's part in a comparison: it may have been busy with other things.
#pragma once

#include <string>

#include "compare/measure/model.h"

namespace poetry_compare {

// Whether bytes or tasks had to wait for long, and not because of the client.
bool machine_was_late(const Comparison& comparison, const Variant& variant);

// Whether the tasks took so many times as long as the pauses of the servers,
// whatever the reason was.
bool took_longer(const Variant& variant, double times);

// A note that blames no variant; empty if the machine was never late.
std::string tell_of_machine(const Comparison& comparison);

}  // namespace poetry_compare
