// The pages that a browser finds at the port of the servers: the notes' own JavaScript, which asks
// for the WebSocket where the page came from.
#pragma once

#include <string>

namespace prise {

// As a person writes it, and as the notes print it.
inline std::string shown_host(const std::string& host) {
  if (host == "127.0.0.1") return "localhost";
  return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

inline const std::string echo_page = R"html(<!DOCTYPE html>
<html lang="fr">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Écho par WebSocket</title>
</head>
<body>
  <h1>Écho par WebSocket</h1>
  <form id="form">
    <label>Message <input id="message" value="Hello depuis le client javascript !" size="40"></label>
    <button>Envoyer</button>
  </form>
  <p id="state">Connexion…</p>
  <div id="messages"></div>
  <script>
    const socket = new WebSocket("ws://" + location.host);
    const state = document.getElementById("state");

    socket.onopen = function(event) {
      console.log("Connexion établie avec le serveur WebSocket");
      state.textContent = "Connexion établie avec le serveur WebSocket";
    };

    socket.onmessage = function(event) {
      console.log("Message reçu du serveur :", event.data);
      // textContent, never innerHTML: what comes from the network is text, whatever it looks like.
      const line = document.createElement("p");
      line.textContent = event.data;
      document.getElementById("messages").append(line);
    };

    socket.onclose = function(event) {
      console.log("Connexion fermée");
      state.textContent = `Connexion fermée (code ${event.code})`;
    };

    function sendMessage() {
      const message = document.getElementById("message").value;
      console.log("Envoi :", message);
      socket.send(message);
    }

    document.getElementById("form").onsubmit = function(event) {
      event.preventDefault();  // no new page: the same one talks on
      sendMessage();
    };
  </script>
</body>
</html>
)html";

inline const std::string once_page = R"html(<!DOCTYPE html>
<html lang="fr">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width">
  <title>Client utilisant un WebSocket</title>
</head>
<body>
  <script>
    var ws = new WebSocket("ws://" + location.host + "/");
    ws.onopen = function (event) {
      ws.send("Bonjour !");  // the server waits for a message before it answers
    };
    ws.onmessage = function (event) {
      alert(event.data);
    };
  </script>
</body>
</html>
)html";

}  // namespace prise
