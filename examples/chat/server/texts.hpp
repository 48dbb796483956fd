// What people may call themselves and their rooms, and what they may say. Bytes come in as valid
// UTF-8: the WebSocket has seen to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace prise::chat {

std::size_t count_chars(std::string_view utf8);  // code points

// Without the white space around it.
std::string_view trimmed(std::string_view utf8);

// And with one plain space for what white space there is within: the others look like it.
std::string tidy_name(std::string_view name);

// Of a name that is tidy already.
bool is_user_name(std::string_view name);
bool is_room_name(std::string_view name);

enum class TextVerdict : std::uint8_t { good, empty, too_long, forbidden_character };
TextVerdict judge_message(std::string_view text);

}  // namespace prise::chat
