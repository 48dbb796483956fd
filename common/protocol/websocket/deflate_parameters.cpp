#include "protocol/websocket/deflate_parameters.hpp"

#include <algorithm>
#include <array>

namespace prise::websocket {
namespace {

constexpr int window_bits_limit = 15;
constexpr int client_asks_nothing = -1;  // "client_max_window_bits" without a value

// The four parameters as they were written. Absent: not there.
struct Written {
  bool server_no_takeover = false;
  bool client_no_takeover = false;
  std::optional<int> server_window_bits;
  std::optional<int> client_window_bits;
};

// "8" to "15", without leading zeros (section 7.1.2.1).
std::optional<int> read_window_bits(const std::optional<std::string>& text) {
  static constexpr std::array<std::string_view, 8> spellings{"8",  "9",  "10", "11",
                                                             "12", "13", "14", "15"};
  if (!text) return std::nullopt;
  const auto* const found = std::find(spellings.begin(), spellings.end(), *text);
  if (found == spellings.end()) return std::nullopt;
  return 8 + static_cast<int>(found - spellings.begin());
}

bool read_flag(const ExtensionParameter& parameter, bool& flag) {
  if (flag || parameter.value) return false;
  flag = true;
  return true;
}

bool read_bits(const ExtensionParameter& parameter, std::optional<int>& bits) {
  if (bits) return false;
  bits = read_window_bits(parameter.value);
  return bits.has_value();
}

bool read_parameter(const ExtensionParameter& parameter, Written& written) {
  if (parameter.name == "server_no_context_takeover")
    return read_flag(parameter, written.server_no_takeover);
  if (parameter.name == "client_no_context_takeover")
    return read_flag(parameter, written.client_no_takeover);
  if (parameter.name == "server_max_window_bits")
    return read_bits(parameter, written.server_window_bits);
  if (parameter.name == "client_max_window_bits")
    return read_bits(parameter, written.client_window_bits);
  return false;
}

enum class From : std::uint8_t { offer, answer };

std::optional<Written> read_parameters(const Extension& extension, From from) {
  Written written;
  for (const ExtensionParameter& parameter : extension.parameters) {
    // Only an offer may leave the client's bits open: "choose for me" (section 7.1.2.2).
    if (from == From::offer && parameter.name == "client_max_window_bits" && !parameter.value &&
        !written.client_window_bits)
      written.client_window_bits = client_asks_nothing;
    else if (!read_parameter(parameter, written))
      return std::nullopt;
  }
  return written;
}

Takeover takeover(bool refused) {
  return refused ? Takeover::none : Takeover::keep;
}

std::string bits_text(std::string_view name, int bits) {
  return "; " + std::string{name} + "=" + std::to_string(bits);
}

}  // namespace

std::string deflate_offer(const DeflateOptions& options) {
  std::string text{deflate_extension};
  if (options.server_takeover == Takeover::none) text += "; server_no_context_takeover";
  if (options.client_takeover == Takeover::none) text += "; client_no_context_takeover";
  if (options.server_window_bits_max < window_bits_limit)
    text += bits_text("server_max_window_bits", options.server_window_bits_max);
  return text + (options.client_window_bits_max < window_bits_limit
                     ? bits_text("client_max_window_bits", options.client_window_bits_max)
                     : "; client_max_window_bits");
}

std::optional<DeflateAnswer> answer_offer(const Extension& offer, const DeflateOptions& options) {
  const auto written = read_parameters(offer, From::offer);
  if (!written) return std::nullopt;
  DeflateAnswer answer{{}, std::string{deflate_extension}};
  DeflateParameters& agreed = answer.parameters;
  agreed.server_takeover =
      takeover(written->server_no_takeover || options.server_takeover == Takeover::none);
  agreed.client_takeover =
      takeover(written->client_no_takeover || options.client_takeover == Takeover::none);
  agreed.server_window_bits = std::min(options.server_window_bits_max,
                                       written->server_window_bits.value_or(window_bits_limit));
  if (agreed.server_takeover == Takeover::none) answer.text += "; server_no_context_takeover";
  if (agreed.client_takeover == Takeover::none) answer.text += "; client_no_context_takeover";
  if (written->server_window_bits || agreed.server_window_bits < window_bits_limit)
    answer.text += bits_text("server_max_window_bits", agreed.server_window_bits);
  if (!written->client_window_bits) return answer;  // section 7.1.2.2: then it may not be answered

  const bool open = *written->client_window_bits == client_asks_nothing;
  agreed.client_window_bits = std::min(options.client_window_bits_max,
                                       open ? window_bits_limit : *written->client_window_bits);
  if (agreed.client_window_bits < window_bits_limit)
    answer.text += bits_text("client_max_window_bits", agreed.client_window_bits);
  return answer;
}

std::optional<DeflateParameters> accept_answer(const Extension& answer,
                                               const DeflateOptions& options) {
  const auto written = read_parameters(answer, From::answer);
  if (!written) return std::nullopt;
  // What was asked must be granted, at least (sections 7.1.1.1 and 7.1.2.1).
  if (options.server_takeover == Takeover::none && !written->server_no_takeover)
    return std::nullopt;
  const int server_bits = written->server_window_bits.value_or(window_bits_limit);
  if (server_bits > options.server_window_bits_max) return std::nullopt;
  const int client_bits = written->client_window_bits.value_or(window_bits_limit);
  return DeflateParameters{
      takeover(written->server_no_takeover),
      takeover(written->client_no_takeover || options.client_takeover == Takeover::none),
      server_bits, std::min(client_bits, options.client_window_bits_max)};
}

}  // namespace prise::websocket
