// The reactor Get Poetry Now! client, version 3.0.                     Part 6
//
// Like version 2.1, but without a protocol and a factory of its own: it calls
// get_poetry(), which any program may use.

#include <csignal>
#include <string>
#include <utility>
#include <vector>

#include "cli/options.h"
#include "cli/print.h"
#include "cli/tasks.h"
#include "poetry.h"
#include "reactor/reactor.h"

int main(int argc, char** argv) try {
  const auto options = cli::parse_args(argc, argv, "reactor version 3.0",
                                       reactor::poller_names());
  cli::Tasks tasks(options);
  reactor::Reactor reactor(reactor::make_poller(options.reactor));
  reactor.call_on_signal(SIGINT, [&] { reactor.stop(); });
  // All tasks began together, so one call is enough.
  if (options.timeout) {
    reactor.call_later(*options.timeout, [&] { reactor.stop(); });
  }
  std::vector<std::string> poems;
  std::size_t poetry_count = tasks.size();
  const auto poem_done = [&] {
    if (--poetry_count == 0 && reactor.running()) reactor.stop();
  };

  for (cli::Task& task : tasks) {
    const auto got_poem = [&](std::string poem) {
      task.finished(poem.size());
      poems.push_back(std::move(poem));
      poem_done();
    };
    const auto poem_failed = [&](const PoetryFailure& failure) {
      if (failure.partial) {
        task.finished(failure.partial->size(), failure.reason);
      } else {
        task.failed(failure.reason);
      }
      poem_done();
    };
    get_poetry(reactor, task.address, got_poem, poem_failed, task.max_bytes,
               options.timeout.value_or(std::chrono::seconds(30)));
  }
  reactor.run();

  for (const std::string& poem : poems) {
    cli::print_poem(poem);
  }
  return tasks.exit_status();
} catch (const std::exception& error) {
  return cli::report(error);
}
