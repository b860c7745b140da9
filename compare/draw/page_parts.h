// The parts that every page has.
#pragma once

#include <string>
#include <vector>

#include "compare/draw/page_view.h"

namespace poetry_compare {

// The top of the file, up to the body, with style sheets beside those of all
// pages.
std::string draw_head(const std::string& title, const std::string& css);

// Strings are not escaped.
struct Header {
  const std::string& title;
  const std::string& summary;
  const std::vector<std::string>& sentences;
  const std::vector<std::string>& complaints;
};

std::string draw_header(const Header& header);
std::string note(const std::string& text);
std::string draw_table(const TableView& table);
std::string draw_facts(const std::vector<Fact>& facts);

// The content is HTML.
std::string section(const char* id,
                    const char* title,
                    const std::string& content);

}  // namespace poetry_compare
