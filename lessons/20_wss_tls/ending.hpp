// How a WebSocket ended before its program wanted it to, in one line: what TLS found, first of all.
#pragma once

#include <string>

#include "console.hpp"
#include "drivers/settings.hpp"

namespace prise {

// Returns the status with which to end: 1.
inline int explain_ending(const std::string& url, const drivers::Ending& ending) {
  const websocket::RuleFacts& broken = websocket::facts_of(ending.rule);
  if (ending.error)
    warn("Erreur : {} : {}.", url, ending.error.message());
  else if (ending.timed_out)
    warn("Erreur : le serveur ne répond plus.");
  else if (ending.http_status != 0)
    warn("Erreur : le serveur a répondu par le statut HTTP {}, et non par 101.",
         ending.http_status);
  else if (ending.rule != websocket::Rule::none)
    warn("Erreur : la connexion a été rompue ({}, {}).", broken.name, broken.section);
  else
    warn("Erreur : le serveur a fermé la connexion, code {}.", static_cast<int>(ending.code));
  return 1;
}

}  // namespace prise
