// How every program here behaves towards the shell it was started from.
#pragma once

namespace cli {

// What the signals mean that ask a program to end.
enum class OnSignal {
  // The first SIGINT prints one line and sets interrupted(); a call that is
  // waiting fails with std::errc::interrupted. The second ends the program.
  finish,
  // SIGINT and SIGTERM print one line and end the program.
  end,
};

// Called once, before anything is printed, by parse_args() for those that call
// it:
//   - stdout is line-buffered, in a pipe too. What cannot be printed ends the
//     program at once: exit status 1 and one line, or death by SIGPIPE (141)
//     and none if nobody reads any more.
//   - The log, spdlog's default, is on stderr: warnings, or what SPDLOG_LEVEL
//     says.
//   - Signals do as said above, whoever started the program.
void mind_manners(OnSignal on_signal = OnSignal::finish);

// Whether there was a SIGINT, for any thread to ask. What fails after it is not
// worth a line.
bool interrupted();

// For the end of main(): after a SIGINT the program dies of it, as the shell
// expects. Otherwise does nothing.
void end_if_interrupted();

}  // namespace cli
