// The pages that a browser finds at the port of the servers. broadcast_page is the notes' own
// JavaScript; chat_page shows what you say too, since the server sends it to the others only.
#pragma once

#include <string>

namespace prise {

// As a person writes it, and as the notes print it.
inline std::string shown_host(const std::string& host) {
  if (host == "127.0.0.1") return "localhost";
  return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

inline const std::string chat_page = R"html(<!DOCTYPE html>
<html lang="fr">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Chat en temps réel</title>
</head>
<body>
  <h1>Chat en temps réel</h1>
  <p id="state" role="status">Connexion…</p>
  <div id="messages" role="log"></div>
  <form id="form">
    <label>Vous : <input id="message" size="40" autocomplete="off" autofocus></label>
    <button>Envoyer</button>
  </form>
  <script>
    // ws://, where the page came by http://: the same machine, the same port.
    const socket = new WebSocket("ws://" + location.host);
    const state = document.getElementById("state");
    const input = document.getElementById("message");

    function show(text) {
      // textContent, never innerHTML: what comes from the network is text, whatever it looks like.
      const line = document.createElement("p");
      line.textContent = text;
      document.getElementById("messages").append(line);
    }

    socket.onopen = function(event) {
      state.textContent = "Connecté au chat. Tapez vos messages.";
    };

    socket.onmessage = function(event) {
      show("[Message reçu] " + event.data);
    };

    socket.onclose = function(event) {
      state.textContent = `Connexion fermée (code ${event.code})`;
    };

    document.getElementById("form").onsubmit = function(event) {
      event.preventDefault();  // no new page: the same one talks on
      if (socket.readyState !== WebSocket.OPEN || input.value === "") return;
      socket.send(input.value);
      show("Vous : " + input.value);
      input.value = "";
    };
  </script>
</body>
</html>
)html";

inline const std::string broadcast_page = R"html(<!DOCTYPE html>
<html lang="fr">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Un message à tous</title>
</head>
<body>
  <h1>Un message à tous</h1>
  <button onclick="sendMessage()">Envoyer</button>
  <p id="state" role="status">Connexion…</p>
  <div id="messages" role="log"></div>
  <script>
    const socket = new WebSocket("ws://" + location.host);
    const state = document.getElementById("state");

    socket.onopen = function(event) {
      console.log("Connexion établie avec le serveur WebSocket");
      state.textContent = "Connexion établie avec le serveur WebSocket";
    };

    socket.onmessage = function(event) {
      console.log("Message reçu du serveur :", event.data);
      // The notes write into innerHTML: a message could then be a program (see the guide).
      const line = document.createElement("p");
      line.textContent = event.data;
      document.getElementById("messages").append(line);
    };

    socket.onclose = function(event) {
      console.log("Connexion fermée");
      state.textContent = `Connexion fermée (code ${event.code})`;
    };

    function sendMessage() {
      const message = "Hello depuis le client javascript !";
      console.log("Envoi :", message);
      socket.send(message);
    }
  </script>
</body>
</html>
)html";

}  // namespace prise
