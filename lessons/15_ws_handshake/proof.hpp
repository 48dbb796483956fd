// How a server proves that it has read the key of a request, and that it knows WebSocket
// (RFC 6455 section 4.2.2). Each step by itself, so that it can be shown. SHA-1 and base64 are
// OpenSSL's.
#pragma once

#include <fmt/core.h>
#include <openssl/evp.h>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

namespace prise {

// Section 1.3: the same for everybody, for ever. No other protocol adds it to what it is sent.
inline constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

inline const unsigned char* unsigned_bytes(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// 20 bytes, any bytes: not a text.
inline std::string sha1(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned count = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &count, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error("OpenSSL n'a pas voulu calculer le SHA-1.");
  return std::string(digest.begin(), digest.begin() + count);
}

// Four characters for three bytes (RFC 4648 section 4): what may stand in a header.
inline std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL ends it with a zero byte
  const int count = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                    unsigned_bytes(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(count));
  return text;
}

inline std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes)
    text += fmt::format("{}{:02x}", text.empty() ? "" : " ", static_cast<unsigned char>(byte));
  return text;
}

// What Sec-WebSocket-Accept must hold. The key as it was written: it is not decoded.
inline std::string accept_for(std::string_view key) {
  return base64(sha1(std::string(key) + std::string(guid)));
}

}  // namespace prise
