#include "input.hpp"

#include <unistd.h>

#include <cctype>
#include <fstream>
#include <iostream>
#include <optional>
#include <string_view>

#include "console.hpp"

namespace prise {
namespace {

// "81 05", "8105", "0x81, 0x05" and "81:05". nullopt: it is something else.
std::optional<std::string> from_hex(std::string_view written, std::string& fault) {
  std::string digits;
  for (std::size_t at = 0; at < written.size(); ++at) {
    const char c = written[at];
    if (c == '0' && at + 1 < written.size() && (written[at + 1] | 0x20) == 'x')
      ++at;
    else if (std::isxdigit(static_cast<unsigned char>(c)) != 0)
      digits += c;
    else if (std::string_view(" \t\r\n,:").find(c) == std::string_view::npos)
      return std::nullopt;
  }
  if (digits.size() % 2 != 0) {
    fault = "il manque un chiffre : un octet en prend deux.";
    return std::nullopt;
  }
  std::string bytes;
  for (std::size_t at = 0; at < digits.size(); at += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16));
  return bytes;
}

// Hex in a file is text that is nothing but hex: no row of frames looks like that, as the bits RSV2
// and RSV3 of its first byte would be set, or its opcode be reserved.
Input read(std::istream& stream) {
  std::string bytes(input_bytes_max + 1, '\0');
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  if (bytes.size() > input_bytes_max) return {"", "plus d'un mébioctet (1048576 octets)."};
  std::string fault;
  if (auto decoded = from_hex(bytes, fault)) return {*decoded, ""};
  return {fault.empty() ? bytes : "", fault};
}

Input read_any(const std::vector<std::string>& words, const std::string& path) {
  if (!words.empty()) {
    std::string written, fault;
    for (const std::string& word : words)
      written += word + " ";
    if (auto decoded = from_hex(written, fault)) return {*decoded, ""};
    return {"", fault.empty() ? "ce ne sont pas des chiffres hexadécimaux." : fault};
  }
  if (path.empty()) {
    if (isatty(STDIN_FILENO) != 0) warn("(Tapez des octets en hexadécimal, puis Ctrl-D.)");
    return read(std::cin);
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return {"", "ce fichier ne peut pas être lu : " + path};
  return read(file);
}

}  // namespace

Input read_input(const std::vector<std::string>& words, const std::string& path) {
  Input input = read_any(words, path);
  if (input.bytes.empty() && input.fault.empty()) input.fault = "il n'y a aucun octet à lire.";
  return input;
}

}  // namespace prise
