// Serves poems by name, in netstrings.                     Exercise of Part 6
//
// A client sends the name of a poem. The answer is "+" and the poem, or "-" and
// which poems there are. A netstring says how long it is, so a poem is
// received like any other message.
//
// A client may be hostile. A name that is too long ends its connection, and so
// does silence. A client that does not read gets no further answers.

#include <map>
#include <memory>
#include <string>

#include <fmt/core.h>

#include "cli/command_line.h"
#include "cli/poem.h"
#include "cli/process.h"
#include "cli/tasks.h"
#include "protocols/netstring_receiver.h"
#include "protocols/timeout.h"
#include "reactor/reactor.h"

using Poems = std::map<std::string, std::string>;

class PoetryProtocol final
    : public reactor::TimeoutMixin<reactor::NetstringReceiver>,
      public reactor::Producer {
 public:
  PoetryProtocol(const Poems& poems,
                 reactor::Clock::duration silence,
                 reactor::Reactor& reactor)
      : TimeoutMixin(reactor),
        poems_(poems),
        silence_(silence) {
    set_max_length(100);
  }

  void connection_made() override {
    transport().register_producer({std::shared_ptr<void>(), this}, true);
    set_timeout(silence_);
  }

  // While more than 64 KiB are unsent: no name is received, and no answer made.
  void pause_producing() override {
    NetstringReceiver::pause_producing();
    transport().pause_producing();
  }
  void resume_producing() override {
    transport().resume_producing();
    NetstringReceiver::resume_producing();
  }
  void stop_producing() override {}

  void string_received(std::string_view name) override {
    reset_timeout();
    const auto found = poems_.find(std::string(name));
    send_string(found == poems_.end() ? names() : '+' + found->second);
  }

  // Not lose_connection(): the client may never read the unsent bytes.
  void timeout_connection() override { transport().abort_connection(); }
  void string_refused() override { transport().abort_connection(); }

 private:
  std::string names() const {
    std::string names = "-There are only:";
    for (const auto& [name, poem] : poems_) names += ' ' + name;
    return names;
  }

  const Poems& poems_;
  const reactor::Clock::duration silence_;
};

class PoetryFactory final : public reactor::ProtocolFactory {
 public:
  PoetryFactory(const Poems& poems,
                reactor::Clock::duration silence,
                reactor::Reactor& reactor)
      : poems_(poems),
        silence_(silence),
        reactor_(reactor) {}

  std::unique_ptr<reactor::Protocol> build_protocol(
      const net::Address& /*address*/) override {
    return std::make_unique<PoetryProtocol>(poems_, silence_, reactor_);
  }

 private:
  const Poems& poems_;
  const reactor::Clock::duration silence_;
  reactor::Reactor& reactor_;
};

// By the name of its file: "poetry/science.txt" is "science".
Poems read_poems(const std::vector<std::string>& files) {
  Poems poems;
  for (const std::string& file : files) {
    cli::Poem poem(file, 1);
    std::string text;
    while (text.size() < poem.size()) {
      text += poem.read(text.size(), poem.size() - text.size());
    }
    const auto name = file.substr(file.rfind('/') + 1);
    poems[name.substr(0, name.find('.'))] = std::move(text);
  }
  return poems;
}

int main(int argc, char** argv) try {
  cli::init_process(cli::OnSignal::end);
  const cli::CommandLine line(
      argc, argv,
      {"--port 10003 poetry/ecstasy.txt poetry/science.txt",
       "poetry-file ...",
       "Serves poems by name, in netstrings.",
       {{"port", "N", "0", "The port to listen on; 0 is any free one."},
        {"silence", "SECONDS", "60", "Give up a client that asks nothing."}}});
  const Poems poems = read_poems(line.words());
  const auto port = static_cast<std::uint16_t>(*line.integer("port", 0, 65535));
  reactor::Reactor reactor;
  const auto listening = reactor.listen_tcp(
      {"localhost", port}, std::make_shared<PoetryFactory>(
                               poems, *line.seconds("silence"), reactor));
  fmt::print("Serving {} poems on port {}.\n", poems.size(),
             listening->host().port);
  reactor.run();
} catch (const std::exception& error) {
  return cli::report(error);
}
