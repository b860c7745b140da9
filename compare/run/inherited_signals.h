// The signals that the parent process has made this program ignore or block. A
// program inherits both, and passes both on to its children.
#pragma once

namespace poetry_compare {

// Called first in main(). Notes those signals. Then this program blocks no
// signal, and SIGCHLD has its default action: if it were ignored, the kernel
// would discard the exit statuses of children.
void take_over_signals();

bool is_ignored_by_parent(int signal);

// For ChildCommand::prepare: ignores and blocks in the child what this program
// was started with. All other signals get their default action. Makes system
// calls only; returns 0 or errno.
int restore_signals();

}  // namespace poetry_compare
