import guide


class Lesson15(guide.Claims):
    number = "15"
    long = ("test_exercise",)

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
