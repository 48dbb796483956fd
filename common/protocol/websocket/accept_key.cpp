#include "protocol/websocket/accept_key.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace prise::websocket {
namespace {

constexpr std::string_view guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // section 1.3

const unsigned char* unsigned_data(const void* data) {
  return static_cast<const unsigned char*>(data);
}

std::string base64_of(const void* data, std::size_t count) {
  std::string text((count + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with a zero byte
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                     unsigned_data(data), static_cast<int>(count));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

bool is_base64_char(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

}  // namespace

std::string key_of(const Nonce& nonce) {
  return base64_of(nonce.data(), nonce.size());
}

bool is_key(std::string_view key) {
  // 16 bytes are 128 bits: 21 characters of six bits, and two bits in the 22nd.
  constexpr std::size_t characters = 22;
  constexpr std::string_view last_with_four_zero_bits = "AQgw";
  return key.size() == characters + 2 && key.substr(characters) == "==" &&
         std::all_of(key.begin(), key.begin() + characters, is_base64_char) &&
         last_with_four_zero_bits.find(key[characters - 1]) != std::string_view::npos;
}

std::string accept_key(std::string_view key) {
  std::string text{key};
  text += guid;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &length, EVP_sha1(), nullptr) != 1)
    throw std::runtime_error{"EVP_Digest: this OpenSSL refuses SHA-1"};
  return base64_of(digest.data(), length);
}

}  // namespace prise::websocket
