// What the parts of a frame mean, said in French.
#pragma once

#include <string>
#include <string_view>

#include "protocol/websocket/frame.hpp"
#include "protocol/websocket/rule.hpp"

namespace prise {

// The fields of the first two bytes, or what there is of them, and the length.
void explain_head(websocket::Bytes frame);

// byte i XOR key[i mod 4], one a line.
void explain_unmasking(websocket::Bytes masked, const websocket::MaskKey& key);

// The beginning of a payload.
enum class Style { as_text, in_hex };
void show_content(std::string_view payload, Style style);

// "cet opcode n'existe pas (RFC 6455 §5.2)"
std::string explanation_of(websocket::Rule rule);

}  // namespace prise
