// What poetry-compare is asked to do: its command line.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "compare/measure/settings.h"
#include "net/address.h"

namespace poetry_compare {

// A program that fetches poems. The addresses follow its words.
struct Client {
  std::string name;
  std::vector<std::string> words;
  std::string command;  // as it can be typed
};

// A poem to be served by a server of ours, or an address of a running one.
struct PoemRequest {
  std::filesystem::path file;  // empty: nobody knows
  std::string text;  // the poem, once
  std::size_t num_bytes = 0;  // 0: the server is not ours
  std::optional<net::Address> address;
  std::string typed;  // the address
};

// Empty paths are for files that nobody wants.
struct Outputs {
  std::filesystem::path html;
  std::filesystem::path svg;
  std::filesystem::path json;
  std::filesystem::path csv;
  std::filesystem::path markdown;
  std::filesystem::path perfetto;
  std::filesystem::path traces;  // a directory
  bool open = false;  // the page, in a browser
  bool timeline = true;
  std::string color;  // "auto", "always", "never"
};

struct Request {
  Settings settings;
  std::vector<PoemRequest> poems;
  std::vector<Client> clients;
  std::optional<double> timeout;  // for one run
  Outputs outputs;
  // Not empty: draw these again, and run nothing.
  std::vector<std::filesystem::path> report;
};

// Prints and ends the program where that is asked for, or where the command
// line makes no sense (2).
Request parse_request(int argc, char** argv);

// The clients of the suite, by the names for --variants; all of them if `names`
// is empty. Ends the program if one is unknown.
std::vector<Client> find_clients(const std::vector<std::string>& names,
                                 const Settings& settings);

// "NAME=COMMAND", with the command split into words as a shell does it: blanks,
// '', "" and \. Ends the program if it makes no sense.
Client parse_client(const std::string& text);

// Words as a shell would have to be given them.
std::string quote(const std::vector<std::string>& words);

// Something that came along with this program. It was built as `built`, from
// the top of the build, and is installed as `installed`, from where programs
// are.
std::filesystem::path find_own(const std::string& built,
                               const std::string& installed);

// "a,b,c" without its commas.
std::vector<std::string> split_list(const std::string& text);

}  // namespace poetry_compare
