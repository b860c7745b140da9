// The programs that can be compared.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compare/measure/settings.h"
#include "compare/run/request.h"

namespace poetry_compare {

// The clients of the suite, by the names for --variants; all of them if `names`
// is empty. Ends the program if one is unknown.
std::vector<Client> find_clients(const std::vector<std::string>& names,
                                 const Settings& settings);

// "NAME=COMMAND", with the command split into words as a shell does it, or
// "NAME=sh:COMMAND", which a shell runs. Ends the program if the text has
// another form.
Client parse_client(const std::string& text);

// A file that comes with this program. It was built as `built`, relative to the
// top of the build, and is installed as `installed`, relative to this program's
// directory.
std::filesystem::path find_companion(const std::string& built,
                                     const std::string& installed);

}  // namespace poetry_compare
