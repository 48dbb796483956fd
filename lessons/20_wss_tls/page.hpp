// What a browser finds at https://localhost:8765/: lesson 17's page, which asks for wss:// here.
#pragma once

#include <string>

namespace prise {

inline const std::string echo_page = R"html(<!DOCTYPE html>
<html lang="fr">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Écho par WebSocket, chiffré</title>
</head>
<body>
  <h1>Écho par WebSocket, chiffré</h1>
  <form id="form">
    <label>Message <input id="message" value="Hello depuis le client javascript !" size="40"></label>
    <button>Envoyer</button>
  </form>
  <p id="state">Connexion…</p>
  <div id="messages"></div>
  <script>
    // A page that came by https:// may not open ws://: the browser refuses "mixed content".
    const socket = new WebSocket("wss://" + location.host);
    const state = document.getElementById("state");

    socket.onopen = function(event) {
      state.textContent = "Connexion établie avec le serveur WebSocket";
    };

    socket.onmessage = function(event) {
      const line = document.createElement("p");
      line.textContent = event.data;  // never innerHTML: what comes from the network is text
      document.getElementById("messages").append(line);
    };

    socket.onclose = function(event) {
      state.textContent = `Connexion fermée (code ${event.code})`;
    };

    document.getElementById("form").onsubmit = function(event) {
      event.preventDefault();  // no new page: the same one talks on
      socket.send(document.getElementById("message").value);
    };
  </script>
</body>
</html>
)html";

}  // namespace prise
