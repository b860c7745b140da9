// Where a UTF-8 character ends, and what is not one.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "cli/utf8.h"

namespace {

using namespace std::string_view_literals;

// Writes the number as UTF-8 does, also where UTF-8 has no character for it.
std::string encoded(unsigned number) {
  const auto continuation = [number](unsigned bits) {
    return static_cast<char>(0x80 | (number >> bits & 0x3f));
  };
  const auto first = [number](unsigned mark, unsigned bits) {
    return static_cast<char>(mark | number >> bits);
  };
  if (number < 0x80) return {first(0, 0)};
  if (number < 0x800) return {first(0xc0, 6), continuation(0)};
  if (number < 0x10000) {
    return {first(0xe0, 12), continuation(6), continuation(0)};
  }
  return {first(0xf0, 18), continuation(12), continuation(6), continuation(0)};
}

TEST(Utf8, EveryCharacterHasItsSize) {
  for (unsigned number = 0; number <= 0x10ffff; ++number) {
    const bool is_surrogate = number >= 0xd800 && number <= 0xdfff;
    const std::string character = encoded(number);
    ASSERT_EQ(cli::utf8_size(character), is_surrogate ? 0 : character.size())
        << std::hex << number;
  }
}

TEST(Utf8, ACharacterEndsBeforeTheNext) {
  EXPECT_EQ(cli::utf8_size("ab"), 1);
  EXPECT_EQ(cli::utf8_size("\xc3\xbc\xc3\xbc"), 2);
  EXPECT_EQ(cli::utf8_size("\0x"sv), 1);
}

TEST(Utf8, ACharacterThatIsCutOffHasNoSize) {
  EXPECT_EQ(cli::utf8_size(""), 0);
  for (const unsigned number : {0xfcU, 0x20acU, 0x1f40cU}) {
    const std::string character = encoded(number);
    for (std::size_t size = 1; size < character.size(); ++size) {
      const auto cut = character.substr(0, size);
      EXPECT_EQ(cli::utf8_size(cut), 0) << size << " of " << number;
      EXPECT_EQ(cli::utf8_size(cut + "abc"), 0) << size << " of " << number;
    }
  }
}

TEST(Utf8, AContinuationByteBeginsNoCharacter) {
  EXPECT_EQ(cli::utf8_size("\x80"), 0);
  EXPECT_EQ(cli::utf8_size("\xbf\x80"), 0);
}

TEST(Utf8, AnOverlongFormIsNotACharacter) {
  EXPECT_EQ(cli::utf8_size("\xc0\x80"), 0);
  EXPECT_EQ(cli::utf8_size("\xc1\xbf"), 0);
  EXPECT_EQ(cli::utf8_size("\xe0\x9f\xbf"), 0);
  EXPECT_EQ(cli::utf8_size("\xf0\x8f\xbf\xbf"), 0);
}

TEST(Utf8, ANumberAboveUnicodeIsNotACharacter) {
  EXPECT_EQ(cli::utf8_size("\xf4\x90\x80\x80"), 0);
  EXPECT_EQ(cli::utf8_size("\xf5\x80\x80\x80"), 0);
  EXPECT_EQ(cli::utf8_size("\xff\xff\xff\xff"), 0);
}

}  // namespace
