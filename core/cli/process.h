// How every program here behaves towards the shell it was started from.
#pragma once

namespace cli {

// The effect of SIGINT and SIGTERM.
enum class OnSignal {
  // The first SIGINT prints one line and sets interrupted(); a call that waits
  // fails with std::errc::interrupted. The second one ends the program.
  finish,
  // The same for a program with a reactor, which finishes when the callback
  // that is running has returned: the line says so.
  finish_callback,
  // SIGINT and SIGTERM print one line and end the program.
  end,
};

// Called once, before anything is printed; parse_args() calls it:
//   - stdout is line-buffered, in a pipe too. If printing fails, the program
//     ends at once: with exit status 1 and one line, or, if the reader of a
//     pipe is gone, by SIGPIPE (141) without a line.
//   - The log, spdlog's default, goes to stderr. Its level is SPDLOG_LEVEL's,
//     or else warning.
//   - Signals do what `on_signal` says, also if the parent process ignored or
//     blocked them.
void init_process(OnSignal on_signal = OnSignal::finish_callback);

// Whether there was a SIGINT; any thread may ask. Failures after it need not be
// reported.
bool interrupted();

// For the end of main(): after a SIGINT the program dies of it, as the shell
// expects. Otherwise does nothing.
void end_if_interrupted();

}  // namespace cli
