// Nothing that was started here outlives this program, however it is asked to
// end.
#pragma once

#include <sys/types.h>

namespace poetry_compare {

// What somebody has to do who is asked to stop: unwind.
struct Interrupted {};

// For the start of a program that starts others: whatever they start is ours
// when they have ended. SIGINT, SIGTERM and SIGHUP are kept for
// check_interrupted(), which throws Interrupted if there was one;
// die_of_interrupt() is then the last thing.
void own_processes();
void check_interrupted();
[[noreturn]] void die_of_interrupt();

// A child, until it has been waited for.
void own(pid_t pid);
void disown(pid_t pid);

// Kills, and waits for, the children that are ours because those who started
// them have ended.
void kill_orphans();

}  // namespace poetry_compare
