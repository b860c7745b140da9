// Ends the processes that outlive those that started them, and keeps the
// signals that ask this program to end.
#pragma once

#include <sys/types.h>

namespace poetry_compare {

// Thrown to unwind the program after SIGINT, SIGTERM or SIGHUP, so that
// destructors end what was started.
struct Interrupted {};

// Called once, before the first child is started. The kernel then makes this
// program the parent of every descendant whose own parent has ended. SIGINT,
// SIGTERM and SIGHUP are noted for check_interrupted().
void adopt_orphans();

// Throws Interrupted after one of those signals.
void check_interrupted();

// Ends the program by the signal that it has noted. For the end of main().
[[noreturn]] void die_of_interrupt();

// Kills, and waits for, each child of this program that is not registered:
// those that it has adopted.
void kill_orphans();

// A child whose owner waits for it is registered until it has been waited for.
void register_child(pid_t pid);
void unregister_child(pid_t pid);

}  // namespace poetry_compare
