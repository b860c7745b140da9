#include "compare/help.h"

namespace poetry_compare {

const cli::ProgramHelp program_help = {
    "--html poetry.html",
    "[poem ...]\n  poetry-compare [options] report traces ...",
    "Serves poems slowly and fetches them with each client in turn. Then "
    "shows\n"
    "what each client waited for.\n\n"
    "With report, it draws a comparison again: from one directory of "
    "--traces, or\n"
    "from traces that poetry-trace has written. Two directories are refused, "
    "as\n"
    "they were recorded at different times.\n\n"
    "A number has a ! if the client is the cause, and not only a busy "
    "machine.\n"
    "Worst unread: bytes lay unread for more than 0.05 s and for more than "
    "two\n"
    "pauses of a server, while the client waited for another server, "
    "computed or\n"
    "slept. Longest turn: the client took that long between two waits.\n"
    "CPU: the client asked again and again instead of waiting.",
    {{"variants", "LIST", "",
      "The clients of the suite to run: blocking, threaded, async, reactor, "
      "broken, protocol, simple, callback, coroutine. Default: all; '': "
      "none of them."},
     {"with", "NAME=COMMAND", "",
      "Run another client, too. The ports are appended to its command, or "
      "replace {} in it. With {each}, one command runs for each port, all at "
      "the same time. A shell runs NAME=sh:COMMAND. May be repeated."},
     {"reference", "NAME", "blocking",
      "Compare the times with those of this variant."},
     {"reactor", "NAME", "",
      "How the reactor clients wait: select, poll, epoll."},
     {"server", "NAME", "blocking", "The servers to run: blocking, reactor."},
     {"delay", "SECONDS", "0.02", "How long a server pauses after a chunk."},
     {"num-bytes", "LIST", "",
      "How many bytes make a chunk, for each poem. Default: 30,10,10 times "
      "--repeat."},
     {"repeat", "N", "1", "Send each poem N times."},
     {"rcvbuf", "BYTES", "", "The receive buffer of each client's socket."},
     {"sndbuf", "BYTES", "", "The send buffer of each server's socket."},
     {"runs", "N", "1", "Run each client N times."},
     {"sweep", "NAME=LIST", "",
      "Run each client with each number of servers and show how its numbers "
      "grow: servers=1,2,4,8. Or do that with another setting: delay=, bytes= "
      "(of a poem), rcvbuf=. One process serves all ports. Default: geduld.txt "
      "at a delay of 0.005."},
     {"warmup", "N", "0",
      "Run each client N times first; these runs do not count."},
     {"check", "", "",
      "Exit with 1 if a client makes other tasks wait: if one of its numbers "
      "has a "
      "!."},
     {"timeout", "SECONDS", "", "Stop a run that takes longer than that."},
     {"connect", "ADDRESS", "",
      "Use a running server. More addresses may follow as words."},
     {"html", "FILE", "",
      "Write a page with tables and pictures; to stdout if a FILE is -."},
     {"svg", "FILE", "", "Write the picture."},
     {"json", "FILE", "", "Write the numbers as JSON."},
     {"csv", "FILE", "", "Write the numbers as CSV."},
     {"markdown", "FILE", "", "Write the numbers as Markdown."},
     {"perfetto", "FILE", "", "Write all events for a trace viewer."},
     {"traces", "DIR", "",
      "Keep the traces in this directory, for report. It is made if missing, "
      "but its parent must exist."},
     {"open", "", "", "Show the page in a browser."},
     {"no-timeline", "", "", "Do not print the timeline."},
     {"live", "", "",
      "Draw the lanes of each client while it runs, if stderr is a terminal. "
      "Not with --sweep."},
     {"color", "WHEN", "auto", "Colour: auto, always, never."}}};

}  // namespace poetry_compare
