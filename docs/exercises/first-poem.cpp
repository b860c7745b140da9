// Prints the poem that is complete first.                  Exercise of Part 6
//
// It asks several servers, and uses get_poetry() of the third reactor client.

#include <csignal>
#include <string>

#include "cli/options.h"
#include "cli/print.h"
#include "cli/tasks.h"
#include "poetry.h"
#include "reactor/reactor.h"

int main(int argc, char** argv) try {
  const auto options = cli::parse_args(argc, argv, "edition for the first poem",
                                       reactor::poller_names());
  cli::Tasks tasks(options);
  reactor::Reactor reactor(reactor::make_poller(options.reactor));
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });
  if (options.timeout) {
    reactor.call_later(*options.timeout, [&] { reactor.stop(); });
  }
  std::size_t left = tasks.size();
  int status = 1;

  for (cli::Task& task : tasks) {
    const auto got_poem = [&](const std::string& poem) {
      if (status == 1) cli::print_poem(poem);
      status = 0;
      if (reactor.running()) reactor.stop();
    };
    const auto poem_failed = [&](const PoetryFailure& failure) {
      if (status == 0) return;  // the poem is printed, and the reactor stops
      if (failure.partial) {
        task.finished(failure.partial->size(), failure.reason);
      } else {
        task.failed(failure.reason);
      }
      if (--left == 0 && reactor.running()) reactor.stop();
    };
    get_poetry(reactor, task.address, got_poem, poem_failed, task.max_bytes,
               options.timeout.value_or(std::chrono::seconds(30)));
  }
  reactor.run();
  cli::end_if_interrupted();
  return status;
} catch (const std::exception& error) {
  return cli::report(error);
}
