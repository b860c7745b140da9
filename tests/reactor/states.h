// Descriptors in each state of files, sockets, pipes and terminals.
#pragma once

#include <string>
#include <vector>

#include "net/socket.h"

namespace rig {

struct State {
  std::string name;
  net::Socket sock;
  net::Socket other;  // the other end, if it is still open
};

std::vector<State> all_states();

// A terminal and its controlling side, which a terminal emulator has.
struct Terminal {
  Terminal();
  net::Socket controller;
  net::Socket terminal;
};

// Writes until there is no room.
void fill_file(const net::Socket& file);

}  // namespace rig
