// The numbers and the sentences of a comparison, as they are printed.
//
// One table, so that terminal, page and files have the same columns and the
// same digits.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "compare/measure/model.h"

namespace poetry_compare {

// A cell as people read it, and as programs do.
struct Cell {
  std::string text;  // "4.62 s", "-"
  std::string raw;  // "4.617312", "" where there is none; a name or a number
  bool alarming = false;  // to be marked: this is what the clock hides
};

struct Column {
  std::string title;  // "worst unread"
  std::string key;  // "worst_unread_s", for CSV and JSON
  bool numeric = true;  // aligned right, and a number in JSON
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  // one per variant
};

Table make_table(const Comparison& comparison);

// Whether so many seconds unread, or away from the wait, are too long: two
// pauses of a server's, in which the next chunk should have been taken.
bool is_long(const Comparison& comparison, double seconds);

// What the numbers say. "async was 2.27 times faster than blocking: it waited
// for all three servers at once." Without a line end; may be none.
std::vector<std::string> sentences(const Comparison& comparison);

// What is wrong, one line for each variant that has a complaint:
// "curl: exit status 127".
std::vector<std::string> complaints(const Comparison& comparison);

// "3 poems, 4 279 bytes, delay 0.02 s, 1 run"
std::string summary(const Comparison& comparison);

// The table, written. The terminal's has the summary above it, and the
// timeline, the complaints and the sentences below; JSON has everything but
// reads and sends.
std::string write_terminal(const Comparison& comparison,
                           const std::string& timeline,
                           bool colour);
std::string write_markdown(const Comparison& comparison);
std::string write_csv(const Comparison& comparison);
std::string write_json(const Comparison& comparison);

// A string as JSON has it, with its quotes; fit for a <script> too.
std::string json_string(std::string_view text);

// "4.62 s", "0.1 ms", "1 332 ms": as in the table.
std::string format_seconds(double seconds);
std::string format_milliseconds(double seconds);
// "4 279", in groups of three.
std::string format_count(std::size_t count);

}  // namespace poetry_compare
