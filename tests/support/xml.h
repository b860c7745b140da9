// Checks of XML and HTML.
#pragma once

#include <cstddef>
#include <string>

// Returns the first error of a document, or an empty string if it is
// well-formed. Accepts no doctype, because our documents have none.
std::string xml_error(const std::string& text);

bool has(const std::string& text, const std::string& part);

// How often the text contains the other one.
std::size_t count(const std::string& text, const std::string& part);
