import guide


class Lesson01(guide.Claims):
    number = "01"

    def test_lancer(self):
        server, client, other = self.terminals_for(3)
        server.run("./prise run 01 server").waits_for("Serveur en écoute sur le port 9999...")
        other.run("ss -tlnp", says="Trouvez-le avec `ss -tlnp`").waits_for('127.0.0.1:9999 … users:(("server",')
        client.run("./prise run 01 client").waits_for("Connecté au serveur !")
        client.ends()
        first = server.waits_for("Connexion reçue de ('127.0.0.1', …)")[0]
        server.ends()
        server.run("./prise run 01 server", says="Relancez : il change.").waits_for("Serveur en écoute sur le port 9999...")
        client.run("./prise run 01 client").ends()
        self.assertNotEqual(first, server.waits_for("Connexion reçue de ('127.0.0.1', …)")[0])
        server.ends()
        client.run("./prise run 01 client --port 9998", says="client --port 9998")
        client.waits_for("Erreur : connect 127.0.0.1:9998 : connexion refusée")
        client.ends(1)
        server.run("./prise run 01 server").waits_for("Serveur en écoute sur le port 9999...")
        server.key("C").ends(130, says="arrêtez-le avec Ctrl-C")

    def test_exercise(self):
        self.solves()
        server, client = self.terminals_for(2)
        server.run("./prise run 01 exercise --port 9999").waits_for("Port : 9999\n")
        for number in (1, 2, 3):
            client.run("./prise run 01 client", says="puis trois fois `./prise run 01 client`").waits_for("Connecté au serveur !")
            client.ends()
            server.waits_for(f"Client {number} : ('127.0.0.1', …)\n")
        server.ends(says="Après le troisième, il se termine, avec le statut 0.")

    def test_break_1(self):
        first, second = self.terminals_for(2)
        first.run("./prise run 01 server").waits_for("Serveur en écoute sur le port 9999...")
        second.run("./prise run 01 server").sees("bind 127.0.0.1:9999 : ce port est déjà pris.")
        second.ends(1, says="Le second s'arrête")

    def test_break_2(self):
        server, client = self.terminals_for(2)
        server.run("./prise run 01 server").waits_for("Serveur en écoute sur le port 9999...")
        server.key("Z").ends(148, says="suspendez-le avec Ctrl-Z")
        client.run("./prise run 01 client", says="puis lancez le client").sees("Connecté au serveur !")
        client.ends()
        server.run("fg").waits_for("Connexion reçue de ('127.0.0.1', ")
        server.ends(says="le serveur se réveille et trouve son client")
        self.mentions("listen", "accept")

    def test_break_3(self):
        server = self.terminal()
        server.run("./prise run 01 server --port 80").sees(
            "bind 127.0.0.1:80 : les ports en dessous de 1024 sont réservés.")
        server.ends(1)
        server.run("./prise run 01 server --port 0", says="Avec `--port 0`, au contraire")
        port = server.waits_for(r"Port : …")[0].removeprefix("Port : ")
        self.assertGreater(int(port), 1023)
        server.waits_for(f"Serveur en écoute sur le port {port}...")


guide.main(Lesson01)
