// What tests ask of XML and HTML.
#pragma once

#include <cstddef>
#include <string>

// Strict: what is wrong with a document; empty: it is well-formed. Knows no
// doctype, which is no loss: ours have none.
std::string xml_error(const std::string& text);

bool has(const std::string& text, const std::string& part);

// How often it is there.
std::size_t count(const std::string& text, const std::string& part);
