#include "support/torture.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

#include "support/process.h"

namespace rig {
namespace {

using Words = std::vector<std::string>;

// The file to which a tortured program writes its calls.
class CallLog {
 public:
  CallLog() {
    const int fd = ::mkstemp(path_.data());
    if (fd < 0) throw std::runtime_error("mkstemp");
    ::close(fd);
  }
  CallLog(const CallLog&) = delete;
  CallLog& operator=(const CallLog&) = delete;
  ~CallLog() { ::unlink(path_.c_str()); }

  const std::string& path() const { return path_; }
  // "recv 3", or "recv 3 ECONNRESET" where it was made to fail.
  Words calls() const { return lines(contents(path_)); }

 private:
  std::string path_ = testing::TempDir() + "calls.XXXXXX";
};

// AddressSanitizer must accept that another library is loaded first.
std::string options_of_sanitizer() {
  const char* const ours = std::getenv("ASAN_OPTIONS");
  return "ASAN_OPTIONS=" + (ours ? ours + std::string(":") : "") +
         "verify_asan_link_order=0";
}

Words environment(const std::string& program,
                  const CallLog& log,
                  const std::string& script) {
  return with_faults("only " + program + ";log " + log.path() + ";" + script);
}

std::string play(const Scenario& scenario,
                 const Words& environment,
                 const Fault* fault) try {
  return scenario(environment, fault);
} catch (const std::exception& error) {
  return error.what();
}

// Runs the scenario once for each fault, eight at the same time.
class Torture {
 public:
  Torture(const std::string& program,
          const Scenario& scenario,
          const std::map<std::string, int>& counts)
      : program_(program),
        scenario_(scenario),
        faults_(faults_in(counts)),
        most_calls_(most_calls(counts)) {}

  void run() {
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([this] { run_some(); });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    for (const std::string& line : wrong_) {
      ADD_FAILURE() << line;
    }
    // Some calls depend on chance and do not happen again; most of them do.
    EXPECT_GE(2 * reached_, faults_.size());
    testing::Test::RecordProperty("faults", static_cast<int>(faults_.size()));
  }

 private:
  static std::string most_calls(const std::map<std::string, int>& counts) {
    int all = 0;
    for (const auto& [call, count] : counts) {
      all += count;
    }
    return std::to_string(2 * all + 100);
  }

  void run_some() {
    for (std::size_t i = next_++; i < faults_.size(); i = next_++) {
      if (!play_with(faults_[i])) return;
    }
  }

  // Whether fewer than five faults went wrong.
  bool play_with(const Fault& fault) {
    const CallLog log;
    const std::string script = to_string(fault);
    const std::string wrong =
        play(scenario_,
             environment(program_, log, "most " + most_calls_ + ";" + script),
             &fault);
    const Words calls = log.calls();
    const std::lock_guard lock(mutex_);
    if (std::find(calls.begin(), calls.end(), script) != calls.end()) {
      ++reached_;
    }
    if (!wrong.empty()) wrong_.push_back(script + ": " + wrong);
    return wrong_.size() < 5;
  }

  const std::string program_;
  const Scenario& scenario_;
  const std::vector<Fault> faults_;
  const std::string most_calls_;
  std::atomic<std::size_t> next_ = 0;
  std::mutex mutex_;  // guards the members below
  std::size_t reached_ = 0;
  Words wrong_;
};

}  // namespace

std::vector<std::string> with_faults(const std::string& script) {
  return {"LD_PRELOAD=" PRELOADED_FAULTS, options_of_sanitizer(),
          "FAULTS=" + script};
}

void torture(const std::string& program, const Scenario& scenario) {
  const CallLog log;
  ASSERT_EQ(play(scenario, environment(program, log, ""), nullptr), "");
  std::map<std::string, int> counts;
  for (const std::string& call : log.calls()) {
    ++counts[call.substr(0, call.find(' '))];
  }
  ASSERT_FALSE(counts.empty());
  Torture(program, scenario, counts).run();
}

}  // namespace rig
