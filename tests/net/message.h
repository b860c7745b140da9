// The messages of calls that fail.
#pragma once

#include <exception>
#include <string>

namespace rig {

// The message of the exception that it throws; empty if it returns.
template <typename Call>
std::string message_thrown_by(Call call) {
  try {
    call();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

}  // namespace rig
