// The processes that descend from a process.
#pragma once

#include <sys/types.h>

namespace poetry_compare {

// Whether one of them is stopped at this moment, as by SIGSTOP.
bool has_stopped_descendant(pid_t pid);

}  // namespace poetry_compare
