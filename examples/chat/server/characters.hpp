// Code points, and which of them must not stand in a name: what is not seen, and what could be
// written in two ways. Two names that look the same are then the same bytes, as far as this goes: a
// Cyrillic а is not told from a Latin a. Bytes come in as valid UTF-8.
#pragma once

#include <string_view>

namespace prise::chat {

// Takes the first code point off `text`, which is not empty.
char32_t next_char(std::string_view& text);

bool is_space(char32_t point);    // Unicode's White_Space
bool is_joiner(char32_t point);   // U+200C, U+200D: scripts and emoji need them
bool is_control(char32_t point);  // and what turns text round, or hides in it

// What shows nothing: soft hyphens, fillers, variation selectors, tags.
bool is_unseen(char32_t point);

// A letter in pieces: an accent of its own, whose letter has a form with it ("é" is U+00E9 and
// nothing else), one half of a sign, or a character that Unicode has twice. Without any, a text is
// in normalization form C (UAX #15). `before` is the code point before it; 0: none.
bool is_in_pieces(char32_t point, char32_t before);

}  // namespace prise::chat
