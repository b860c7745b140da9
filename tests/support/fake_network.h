// A name server, and a network that fails as a test says. A suite that links
// fake_network.cpp calls these instead of the system's getaddrinfo(),
// connect(), pthread_create() and eventfd_read(); max_descriptors of
// support/tcp.h holds for its socket() and eventfd().
#pragma once

#include <atomic>
#include <latch>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace rig {

// The IP addresses of each name. "no.test" has none, "vast.test" has more than
// there is memory for, and "slow.test" is answered once the latch is open.
extern std::map<std::string, std::vector<std::string>> names;
extern std::atomic<int> questions;  // how many names were looked up
extern std::shared_ptr<std::latch> slow_answer;

// The names that were looked up, in order, except "slow.test".
std::vector<std::string> asked_names();
void forget_asked_names();

extern int connect_error;  // of every connect(), if not 0
extern int thread_error;  // of every pthread_create(), if not 0
extern int answer_error;  // of every eventfd_read(), if not 0

}  // namespace rig
