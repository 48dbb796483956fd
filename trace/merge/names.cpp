#include "merge/names.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace prise::trace {
namespace {

// « client 2 » is a common noun too.
bool is_common_noun(const std::string& label) {
  static constexpr std::array nouns{"serveur", "client", "relais", "producteur", "consommateur"};
  const std::string first = label.substr(0, label.find(' '));
  return std::find(nouns.begin(), nouns.end(), first) != nouns.end();
}

bool begins_with_vowel(const std::string& label) {
  static constexpr std::string_view vowels = "aeiouyAEIOUYhH";
  return !label.empty() && (vowels.find(label[0]) != std::string_view::npos ||
                            label.starts_with("é") || label.starts_with("É"));
}

}  // namespace

std::string the(const std::string& label) {
  return is_common_noun(label) ? "le " + label : label;
}
std::string to(const std::string& label) {
  return (is_common_noun(label) ? "au " : "à ") + label;
}
std::string of(const std::string& label) {
  if (is_common_noun(label)) return "du " + label;
  return (begins_with_vowel(label) ? "d'" : "de ") + label;
}

std::string Names::peer_of(std::size_t endpoint) const {
  if (const auto peer = flows_.peer[endpoint])
    return all_.processes[all_.endpoints[*peer].process].label;
  const std::string& remote = all_.endpoints[endpoint].remote;
  return remote.empty() ? "l'autre" : remote;
}

std::string Names::watched(std::size_t endpoint) const {
  const Endpoint& what = all_.endpoints[endpoint];
  if (what.fd == 0) return what.what == What::pipe ? "la suite du tube" : "le clavier";
  if (what.what == What::stream) return what.listens ? "un nouveau client" : the(peer_of(endpoint));
  if (what.what == What::datagrams) return "un datagramme";
  if (what.what == What::pipe) return "un réveil interne";
  if (what.what == What::timer) return "une minuterie";
  return "un descripteur";
}

}  // namespace prise::trace
