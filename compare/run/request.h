// The poems and clients of a comparison.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compare/measure/settings.h"
#include "net/address.h"

namespace poetry_compare {

// A program that fetches poems. In its words, {} stands for all addresses, and
// {each} for one of them: then there is one command for each, side by side.
// Without either, the addresses follow the words.
struct Client {
  std::string name;
  std::vector<std::string> words;
  std::string command;  // as it can be typed
};

// A poem that a server of ours serves, or the address of a running server.
struct PoemRequest {
  std::filesystem::path file;  // empty: not known
  std::string text;  // the poem, once
  std::size_t num_bytes = 0;  // 0: the server is not ours
  std::optional<net::Address> address;
  std::string typed;  // the address
};

struct Request {
  Settings settings;
  std::vector<PoemRequest> poems;
  std::vector<Client> clients;
  std::optional<double> timeout;  // for one run
};

}  // namespace poetry_compare
