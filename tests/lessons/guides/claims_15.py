import base64
import hashlib
import secrets
import socket

import guide


class Lesson15(guide.Claims):
    number = "15"

    def server(self):
        server = self.terminal("server")
        server.also_runs("./prise run 15 server").waits_for("Serveur en écoute")
        return server

    def test_lancer(self):
        server, client = self.terminals_for(2)
        server.run("./prise run 15 server").waits_for("Serveur en écoute")
        client.run("./prise run 15 client").waits_for("C'est celui du serveur : le handshake est réussi.")
        client.ends()
        client.run("./prise run 15 client --version 8").waits_for("426 Upgrade Required")
        client.ends(1)
        client.run("./prise run 15 client --without Sec-WebSocket-Key").waits_for("400 Bad Request")
        client.ends(1)
        server.key("C").ends(130, says="jusqu'à Ctrl-C")

    def test_exercise(self):
        server, client = self.terminals_for(2)
        self.solves()
        server.run("./prise run 15 exercise").waits_for("Serveur en écoute sur le port 8765...")
        client.also_runs("./prise run 15 client --key dGhlIHNhbXBsZSBub25jZQ==").ends()
        self.quotes("le client de la leçon, avec toutes ses options")
        server.waits_for("Accepté : s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        client.also_runs("./prise run 15 client --version 8").ends(1)
        server.waits_for("Refusé : 426")

    def test_python(self):
        key, digest = "dGhlIHNhbXBsZSBub25jZQ==", None
        for code in ("hashlib.sha1((key + GUID).encode()).digest()", "base64.b64encode(digest).decode()",
                     "base64.b64encode(secrets.token_bytes(16))"):
            self.mentions(code)
        digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        self.assertIn(base64.b64encode(digest).decode(), self.guide.rest.text)
        self.assertIn(f"SHA-1      : {digest.hex(' ')}", self.guide.rest.text)
        self.quotes("16 octets tirés au hasard, qui font toujours 24 caractères")
        self.assertEqual(len(base64.b64encode(secrets.token_bytes(16))), 24)

    def test_refusals(self):
        self.server()
        good = ["GET /chat HTTP/1.1", "Host: moi", "Upgrade: websocket", "Connection: keep-alive, Upgrade",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version: 13"]

        def status(lines):
            with socket.create_connection(("127.0.0.1", 8765), guide.PATIENCE) as client:
                client.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
                return client.makefile("rb").readline().split()[1].decode()

        self.quotes("Firefox envoie `Connection: keep-alive, Upgrade`")
        self.assertEqual(status(good), "101")
        self.quotes("Et ni les noms des en-têtes, ni ces mots-là, ne regardent la casse")
        self.assertEqual(status([good[0], *[line.upper() for line in good[1:4]], *good[4:]]), "101")
        for row, line, bad in (
                ("| `GET` | `405` |", 0, "POST /chat HTTP/1.1"), ("| `HTTP/1.1` | `400` |", 0, "GET /chat HTTP/1.0"),
                ("| un `Host` | `400` |", 1, "X: y"), ("| `websocket` dans la liste `Upgrade` | `426` |", 2, "Upgrade: h2c"),
                ("| `Upgrade` dans la liste `Connection` | `400` |", 3, "Connection: keep-alive"),
                ("| un `Sec-WebSocket-Key`, un seul, de 16 octets en base64 | `400` |", 4, "Sec-WebSocket-Key: AAAA"),
                ("| `Sec-WebSocket-Version: 13` | `426` |", 5, "Sec-WebSocket-Version: 8")):
            self.quotes(row)
            self.assertEqual(status(good[:line] + [bad] + good[line + 1:]), row.split("`")[-2], row)

    def test_break_1(self):
        self.server()
        curl = self.terminal()
        curl.run("curl -i http://127.0.0.1:8765/").sees("426 Upgrade Required")
        curl.sees("il faut « Upgrade: websocket »")
        curl.ends()

    def test_break_2(self):
        self.edit("server", "server.cpp", "base64(digest)}", "hex(digest)}",
                  says="Dans `server.cpp`, à la ligne de `Sec-WebSocket-Accept`, remplacez `base64(digest)` par `hex(digest)`")
        self.server()
        client = self.terminal()
        client.also_runs("./prise run 15 client")
        client.sees("Échec du handshake : Sec-WebSocket-Accept n'est pas celui de notre clé.")
        client.ends(1)

    def test_break_3(self):
        server = self.server()
        mute, client = self.terminals_for(2)
        mute.run("nc 127.0.0.1 8765")
        self.asleep(mute, "poll")
        server.waits_for("Connexion de")
        client.run("./prise run 15 client").waits_for("Sec-WebSocket-Version: 13")
        self.asleep(client, "recv", "poll")
        self.assertNotIn("Réponse reçue", client.output(), "il attend")
        mute.type("GET / HTTP/1.1")
        mute.sees("400 Bad Request")
        client.waits_for("le handshake est réussi")
        client.ends()
        self.mentions("nc", "\\n", "\\r\\n")
        mute.key("C").ends(130, says="(`nc`, lui, attend encore que vous tapiez : Ctrl-C.)")


guide.main(Lesson15)
