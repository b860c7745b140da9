#include "protocols/line_receiver.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace reactor {

bool LineReceiver::deliver_one() {
  const std::string_view data = unparsed();
  if (data.empty()) return false;
  if (raw_) {
    consume(data.size());
    raw_data_received(data);
    return true;
  }
  const std::size_t end = data.find(delimiter_, searched_);
  if (end == data.npos && may_become_line(data.size())) {
    searched_ = data.size() - std::min(data.size(), delimiter_.size() - 1);
    return false;
  }
  searched_ = 0;
  if (end > max_length_) {  // also if there is no delimiter
    consume(data.size());
    line_length_exceeded(data);
  } else {
    consume(end + delimiter_.size());
    line_received(data.substr(0, end));
  }
  return true;
}

// Whether so many bytes without a delimiter may be the beginning of a line that
// is not too long, and of its delimiter.
bool LineReceiver::may_become_line(std::size_t size) const {
  return size <= max_length_ || size - max_length_ < delimiter_.size();
}

void LineReceiver::line_length_exceeded(std::string_view /*line*/) {
  transport().lose_connection();
}

void LineReceiver::set_raw_mode() {
  raw_ = true;
}

void LineReceiver::set_line_mode(std::string_view rest) {
  raw_ = false;
  searched_ = 0;
  if (take_back(rest)) return;
  // Not an override of it, which has seen these bytes already.
  PausableReceiver::data_received(rest);
}

std::string LineReceiver::clear_line_buffer() {
  searched_ = 0;
  return clear();
}

void LineReceiver::send_line(std::string_view line) {
  transport().write_sequence(std::array{line, std::string_view(delimiter_)});
}

void LineReceiver::set_delimiter(std::string delimiter) {
  if (delimiter.empty()) throw std::invalid_argument("a delimiter is empty");
  delimiter_ = std::move(delimiter);
  searched_ = 0;
}

}  // namespace reactor
