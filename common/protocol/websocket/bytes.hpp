// Bytes seen without being owned, and text seen as bytes.
//
// Nothing here copies: a view is valid as long as what it looks at.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace prise::websocket {

using Bytes = std::span<const std::byte>;
using MutableBytes = std::span<std::byte>;

inline Bytes bytes_of(std::string_view text) {
  return std::as_bytes(std::span{text});
}

inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace prise::websocket
