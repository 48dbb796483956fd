// The limits of the protocol: PROTOCOL.md, « Les noms et les limites ». A test holds them and the
// schema together.
#pragma once

#include <chrono>
#include <cstddef>

namespace prise::chat::limits {

constexpr int version = 1;
constexpr std::size_t user_chars = 20;  // code points, here and below
constexpr std::size_t room_chars = 30;
constexpr std::size_t message_chars = 2000;
constexpr std::size_t ref_chars = 64;
constexpr std::size_t too_fast_ref_bytes = 16'384;  // of a message whose ref is looked for
constexpr std::size_t rooms = 100;
constexpr std::size_t clients = 10'000;
constexpr std::size_t actions_per_second = 10;
constexpr std::size_t actions_in_a_row = 40;
constexpr std::size_t faults_in_a_row = 50;
constexpr std::size_t faults_per_second = 1;  // that are forgiven
constexpr std::size_t websocket_message_bytes = 65'536;
constexpr std::size_t queue_bytes = 262'144;
constexpr std::size_t history_messages = 100;
constexpr std::size_t history_messages_default = 50;
constexpr std::size_t history_text_bytes = 65'536;
constexpr std::size_t people = 500;
constexpr std::size_t frame_payload_bytes_shown = 64;
constexpr std::size_t frames_at_once = 64;  // of one `frames`; more are skipped
constexpr std::size_t turned_away = 100;    // at a time, beyond `clients`: they are told so
constexpr std::chrono::minutes until_login{10};
constexpr std::chrono::milliseconds activity_every{1000};

}  // namespace prise::chat::limits
