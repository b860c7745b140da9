// Signals that end this program, or that continue it after a stop.
#pragma once

#include <csignal>
#include <cstdint>
#include <map>

namespace poetry_compare {

// Thrown to unwind the program after SIGINT, SIGTERM, SIGHUP or SIGQUIT, so
// that destructors end what was started and remove what was made.
struct Interrupted {};

// As long as this object exists, those signals are noted for
// check_interrupted(), and SIGCONT for was_continued_since(). SIGHUP and
// SIGQUIT stay ignored if the parent process ignores them, as nohup does.
class Interrupts {
 public:
  Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  ~Interrupts();

 private:
  std::map<int, struct sigaction> before_;
};

// Throws Interrupted after one of those signals.
void check_interrupted();

// Ends the program by the signal that it has noted. For the end of main().
[[noreturn]] void die_of_interrupt();

// Whether this program was stopped, for example by Ctrl-Z, and was continued
// after that time on the clock of now().
bool was_continued_since(std::int64_t time);

}  // namespace poetry_compare
