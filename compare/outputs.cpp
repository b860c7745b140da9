#include "compare/outputs.h"

#include <csignal>
#include <string>

#include <fmt/core.h>

#include "cli/command_line.h"
#include "cli/tasks.h"
#include "compare/draw/page.h"
#include "compare/draw/svg.h"
#include "compare/output_files.h"
#include "compare/report/perfetto.h"
#include "compare/report/write_json.h"
#include "compare/report/write_table.h"

namespace poetry_compare {
namespace {

namespace fs = std::filesystem;

// An output that the command line asks for.
struct Output {
  std::string option;
  fs::path file;
  std::string (*writer)(const Comparison&);
};

std::vector<Output> list_outputs(const Outputs& outputs) {
  std::vector<Output> list = {{"--html", outputs.html, make_page},
                              {"--svg", outputs.svg, make_svg},
                              {"--json", outputs.json, write_json},
                              {"--csv", outputs.csv, write_csv},
                              {"--markdown", outputs.markdown, write_markdown},
                              {"--perfetto", outputs.perfetto, write_perfetto}};
  std::erase_if(list, [](const Output& output) { return output.file.empty(); });
  return list;
}

// The files that this program reads or keeps, and must not overwrite.
std::vector<NamedFile> list_inputs(const Options& options) {
  std::vector<NamedFile> inputs;
  for (const auto& poem : options.request.poems) {
    inputs.push_back({"the poem", poem.file});
  }
  for (const auto& path : options.report) inputs.push_back({"a trace", path});
  auto directories = options.report;
  directories.push_back(options.outputs.traces);
  for (const auto& directory : directories) {
    for (const auto& trace : list_traces(directory)) {
      inputs.push_back({"a trace", trace});
    }
  }
  return inputs;
}

// Whether the file could be written. If not, says why on stderr.
bool write(const Output& output, const Comparison& comparison) try {
  const auto text = output.writer(comparison);
  output.file == "-" ? fmt::print("{}", text) : write_file(output.file, text);
  return true;
} catch (const std::exception& error) {
  cli::report(error);
  return false;
}

}  // namespace

std::vector<fs::path> list_traces(const fs::path& directory) {
  std::vector<fs::path> traces;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    if (entry.path().extension() == ".jsonl") traces.push_back(entry.path());
  }
  return traces;
}

void require_files(const Options& options) {
  const Outputs& outputs = options.outputs;
  if (!outputs.traces.empty()) {
    require_directory(outputs.traces);
  }
  std::vector<NamedFile> files;
  std::string on_stdout;
  for (const auto& [option, file, writer] : list_outputs(outputs)) {
    if (file != "-") {
      files.push_back({option, file});
      continue;
    }
    if (!on_stdout.empty()) {
      cli::usage_error(
          fmt::format("{} and {} cannot both have '-'", on_stdout, option));
    }
    on_stdout = option;
  }
  require_writable(files, list_inputs(options));
}

bool write_all(const Comparison& comparison, const Outputs& outputs) {
  bool all = true;
  const auto list = list_outputs(outputs);
  std::signal(SIGPIPE, SIG_IGN);
  for (const Output& output : list) {
    if (output.file != "-") all = write(output, comparison) && all;
  }
  std::signal(SIGPIPE, SIG_DFL);
  for (const Output& output : list) {
    if (output.file == "-") all = write(output, comparison) && all;
  }
  return all;
}

}  // namespace poetry_compare
