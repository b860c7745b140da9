#include "compare/run/run.h"

#include <malloc.h>

#include <cctype>
#include <chrono>
#include <cstring>
#include <memory>
#include <system_error>

#include <fmt/core.h>

#include "cli/print.h"
#include "compare/run/client_command.h"
#include "compare/run/estimate.h"
#include "compare/run/interrupts.h"
#include "compare/run/program.h"
#include "compare/run/progress.h"
#include "compare/run/server.h"
#include "compare/run/shell_words.h"
#include "compare/trace/checksum.h"
#include "compare/trace/recorder.h"
#include "compare/trace/writer.h"

namespace poetry_compare {
namespace {

constexpr auto server_stop_time = std::chrono::seconds(1);

// Describes the poem that the clients should get.
void describe(const Request& request,
              const PoemRequest& poem,
              ServedPoem& served) {
  served.poem.name = poem.file.empty()
                         ? poem.typed
                         : cli::one_line(poem.file.filename().string());
  served.poem.num_bytes = poem.num_bytes;
  if (poem.address) served.poem.port = poem.address->port;
  if (poem.text.empty()) return;
  Checksum checksum;
  for (std::size_t i = 0; i < request.settings.repeat; ++i) {
    checksum.add(poem.text.data(), poem.text.size());
  }
  served.poem.bytes = poem.text.size() * request.settings.repeat;
  served.checksum = checksum.value();
}

std::string complain(const Ending& ending, double seconds) {
  if (ending.timed_out) {
    return fmt::format("stopped, because it took longer than {:g} s", seconds);
  }
  if (ending.status == 0) return {};
  auto text = ending.status > 128
                  ? fmt::format("ended by signal {}: {}", ending.status - 128,
                                ::strsignal(ending.status - 128))
                  : fmt::format("exit status {}", ending.status);
  if (!ending.last_words.empty()) text += ": " + ending.last_words;
  return text;
}

// The process other than the client that was stopped during the run: then the
// time of the client is not the one on the clock. Empty: there was none.
std::string find_stopped(const Servers& servers, std::int64_t begin) {
  for (const Server& server : servers) {
    if (!server.program->was_stopped_since(begin)) continue;
    return fmt::format("the server of task {} was stopped", server.first + 1);
  }
  return was_continued_since(begin) ? "poetry-compare was stopped" : "";
}

void add_ending(const Ending& ending, RecordedRun& run) {
  run.span.end = ending.end;
  run.cpu = ending.cpu;
  run.switches = ending.switches;
  run.memory = ending.memory;
  run.status = ending.status;
}

void note_stop(const Ending& ending, const Servers& servers, RecordedRun& run) {
  const auto reason =
      ending.stopped ? "was stopped" : find_stopped(servers, run.span.begin);
  run.stopped = !reason.empty();
  if (!run.stopped) return;
  if (!run.complaint.empty()) run.complaint += "; ";
  run.complaint += reason + ", so its time was not measured";
}

// Writes what was recorded of a run, and completes its description.
void keep_trace(const Recorder& recorder,
                pid_t pid,
                const std::string& program,
                const std::filesystem::path& trace_file,
                RecordedRun& run) {
  Trace trace = recorder.collect(program);
  const bool seen = trace.pid != 0;
  if (seen) trace.pid = pid;
  if (seen && run.complaint.empty()) run.complaint = trace.complaint;
  write_trace(trace, trace_file);
  run.trace = trace_file.filename().string();
}

// Null if the client cannot be started; the run has a complaint then. The
// memory of this program is copied first, and counts as the client's: give back
// what is free.
std::unique_ptr<Program> start(const std::vector<std::string>& words,
                               const Recorder& recorder,
                               RecordedRun& run) try {
  ::malloc_trim(0);
  auto program = std::make_unique<Program>(words, recorder.environment());
  run.span.begin = program->begin();
  return program;
} catch (const std::system_error& error) {
  run.span.begin = run.span.end = now();
  run.status = 127;
  run.complaint = "cannot start: " + error.code().message();
  return nullptr;
}

// Where one client is run, and how often.
struct Course {
  const Request& request;
  const RunManifest& manifest;
  const Servers& servers;
  std::filesystem::path directory;
  Progress& progress;
};

// The servers are read first: of bytes that they send meanwhile, the client has
// read none.
RunSoFar collect(const Course& course,
                 const Recorder& client,
                 std::int64_t begin) {
  RunSoFar run{course.manifest, {begin, now()}, {}, {}};
  for (const Server& server : course.servers) {
    run.servers.push_back(server.recorder.collect());
  }
  run.client = client.collect();
  return run;
}

RecordedRun run_once(const Course& course,
                     const std::vector<std::string>& words,
                     double seconds,
                     const std::filesystem::path& trace_file) {
  RecordedRun run;
  const Recorder recorder;
  const auto program = start(words, recorder, run);
  if (!program) return run;
  const pid_t pid = program->pid();
  const auto ending = program->wait(seconds, [&] {
    course.progress.tick(
        [&] { return collect(course, recorder, program->begin()); });
  });
  add_ending(ending, run);
  run.complaint = complain(ending, seconds);
  note_stop(ending, course.servers, run);
  keep_trace(recorder, pid, words.front(), trace_file, run);
  return run;
}

// A variant may have any name; this one is fit for a file.
std::string file_name(std::size_t index, const std::string& name) {
  std::string safe = name;
  for (char& c : safe) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-') c = '_';
  }
  return fmt::format("{:02}-{:.60}", index + 1, safe);
}

std::vector<std::string> list_addresses(const Request& request,
                                        const RunManifest& manifest) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < request.poems.size(); ++i) {
    words.push_back(request.poems[i].address
                        ? request.poems[i].typed
                        : std::to_string(manifest.poems[i].poem.port));
  }
  return words;
}

// A run that does not count, and may fail.
void warm_up(const std::vector<std::string>& words,
             double seconds,
             Progress& progress) try {
  Program(words, {}).wait(seconds, [&] { progress.tick(); });
} catch (const std::system_error&) {
}

void run_variant(const Course& course,
                 const std::vector<std::string>& words,
                 const std::string& file,
                 RecordedVariant& variant) {
  const auto& settings = course.request.settings;
  const double limit = time_limit(course.request);
  for (std::size_t run = 0; run < settings.warmup; ++run) {
    course.progress.next(variant.name);
    warm_up(words, limit, course.progress);
  }
  for (std::size_t run = 0; run < settings.runs; ++run) {
    course.progress.next(variant.name);
    const auto number = settings.runs > 1 ? fmt::format("-{}", run + 1) : "";
    variant.runs.push_back(run_once(
        course, words, limit, course.directory / (file + number + ".jsonl")));
  }
}

void run_clients(const Course& course, RunManifest& manifest) {
  const auto& clients = course.request.clients;
  const auto addresses = list_addresses(course.request, manifest);
  for (std::size_t i = 0; i < clients.size(); ++i) {
    RecordedVariant& variant = manifest.variants.emplace_back();
    const auto words = command_for(clients[i], addresses);
    variant.name = clients[i].name;
    variant.command = quote(words);
    run_variant(course, words, file_name(i, variant.name), variant);
  }
}

}  // namespace

RunManifest run_all(const Request& request,
                    const std::filesystem::path& directory,
                    Progress& progress) {
  RunManifest manifest;
  manifest.settings = request.settings;
  for (const PoemRequest& poem : request.poems) {
    describe(request, poem, manifest.poems.emplace_back());
  }
  auto servers = start_servers(request, manifest);
  run_clients({request, manifest, servers, directory, progress}, manifest);
  for (Server& server : servers) {
    server.program->stop(server_stop_time);
    write_trace(server.recorder.collect(),
                directory / manifest.poems[server.first].trace);
  }
  write_manifest(manifest, directory);
  return manifest;
}

}  // namespace poetry_compare
