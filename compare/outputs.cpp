#include "compare/outputs.h"

#include <array>
#include <csignal>
#include <cstddef>
#include <string>

#include <fmt/core.h>

#include "cli/command_line.h"
#include "cli/tasks.h"
#include "compare/draw/growth_page.h"
#include "compare/draw/growth_svg.h"
#include "compare/draw/page.h"
#include "compare/draw/svg.h"
#include "compare/output_files.h"
#include "compare/report/growth_text.h"
#include "compare/report/perfetto.h"
#include "compare/report/write_json.h"
#include "compare/report/write_table.h"

namespace poetry_compare {
namespace {

namespace fs = std::filesystem;

// The files that the command line can ask for; those that it does not have an
// empty path.
std::array<NamedFile, 6> list_files(const Outputs& outputs) {
  return {{{"--html", outputs.html},
           {"--svg", outputs.svg},
           {"--json", outputs.json},
           {"--csv", outputs.csv},
           {"--markdown", outputs.markdown},
           {"--perfetto", outputs.perfetto}}};
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

template <typename Model>
using Writer = std::string (*)(const Model&);

// Whether the file could be written. If not, says why on stderr.
template <typename Model>
bool write(const fs::path& file, Writer<Model> writer, const Model& model) try {
  const auto text = writer(model);
  file == "-" ? fmt::print("{}", text) : write_file(file, text);
  return true;
} catch (const std::exception& error) {
  cli::report(error);
  return false;
}

// Each file with the writer at its index.
template <typename Model, std::size_t n>
bool write_files(const Model& model,
                 const Outputs& outputs,
                 const std::array<Writer<Model>, n>& writers) {
  const auto files = list_files(outputs);
  bool all = true;
  const auto write_those = [&](bool on_stdout) {
    for (std::size_t i = 0; i < n; ++i) {
      const auto& file = files[i].path;
      if (file.empty() || (file == "-") != on_stdout) continue;
      all = write(file, writers[i], model) && all;
    }
  };
  std::signal(SIGPIPE, SIG_IGN);
  write_those(false);
  std::signal(SIGPIPE, SIG_DFL);
  write_those(true);
  return all;
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
  for (const auto& [option, file] : list_files(outputs)) {
    if (file.empty()) continue;
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
  return write_files<Comparison, 6>(comparison, outputs,
                                    {make_page, make_svg, write_json, write_csv,
                                     write_markdown, write_perfetto});
}

bool write_all(const Growth& growth, const Outputs& outputs) {
  return write_files<Growth, 5>(
      growth, outputs,
      {make_page, make_svg, write_json, write_csv, write_markdown});
}

}  // namespace poetry_compare
