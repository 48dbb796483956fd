import guide


class Lesson19(guide.Claims):
    number = "19"  # the pages: tests/browser/chat_test.mjs
    long = ("test_break_1", "test_break_2")

    def test_lancer(self):
        server, alice, bob = self.terminals_for(3)
        server.run("./prise run 19 server").waits_for("Serveur de chat sur ws://localhost:8765")
        for client in (alice, bob):
            client.run("./prise run 19 client", says="`client` dans deux ou trois autres").waits_for("Vous : ")
        alice.also_types("Bonjour")
        bob.waits_for("[Message reçu] Bonjour")
        trap = self.terminal()
        trap.run("./prise run 19 pitfall_scheme").waits_for("ws://localhost:8765/ : ouvert, on peut se parler")
        trap.ends()
        trap.run("./prise run 19 pitfall_set").waits_for("La parade des notes")
        trap.ends()
        server.key("C").ends()
        trap.run("./prise run 19 pitfall_cleanup", says="(`server` arrêté : il lui faut le port)").waits_for("La parade")
        trap.ends()
        server.run("./prise run 19 broadcast_server").waits_for("Serveur WebSocket démarré")
        trap.run("""./prise run 19 broadcast_client "Il y a quelqu'un ?\"""")
        trap.waits_for("Réponse du serveur : Message d'un client : Il y a quelqu'un ?")
        trap.ends()

    def stands_still(self, server, sleeper, talker, name):
        """The server runs, somebody does not read, and somebody talks."""
        server.also_runs(f"./prise run 19 {name} | cut -c1-60")
        self.listens(8765)
        sleeper.run("./prise run 19 client", says="Dans un deuxième terminal, `./prise run 19 client`, puis Ctrl-Z")
        sleeper.waits_for("Vous : ")
        sleeper.key("Z").waits_for("Stopped")
        talker.run('yes "$(printf %02000d 0)" | head -c 20000000 | ./prise run 19 client > /dev/null', says="Dans un troisième")

    def test_exercise(self):
        server, alice, bob = self.terminals_for(3)
        self.solves()
        server.run("./prise run 19 exercise").waits_for("en écoute")
        for client, name in ((alice, "Alice"), (bob, "Bob")):
            client.run("./prise run 19 client", says="et `./prise run 19 client` dans deux ou trois autres")
            client.waits_for("Vous : ")
            client.type(name, says="la première ligne que vous tapez est votre nom")
            server.waits_for(f"{name} a rejoint le chat")
        alice.waits_for("Bob a rejoint le chat")
        bob.also_types("Bonjour")
        alice.waits_for("Bob : Bonjour")

    def test_python(self):
        self.quotes("En Python, le `for` lève `RuntimeError`")
        clients = {"Alice", "Bob", "Carole"}
        with self.assertRaisesRegex(RuntimeError, "changed size during iteration"):
            for client in clients:
                clients.discard(client)

    def test_break_1(self):
        server, sleeper, talker, other = self.terminals_for(4)
        self.mentions("./prise run 19 broadcast_server | cut -c1-60")
        self.stands_still(server, sleeper, talker, "broadcast_server")
        self.quotes("Tout s'arrête alors, et qui que ce soit d'autre qui parle s'arrête aussi, jusqu'à ce que le pilote raccroche")
        process = self.process("broadcast_server")
        self.eventually("stands still", lambda: guide.queued() > 1000000 and guide.call_of(process) == "epoll_wait")
        other.also_runs("./prise run 19 client > /dev/null")  # one that reads fast
        server.waits_for("Client connecté. Total clients : 3")
        for line in ("Un", "Deux"):
            other.also_types(line)
        server.waits_for("Client déconnecté")
        server.waits_for("Message reçu : Deux")  # and not before: somebody who does not read holds Un up
        talker.status()
        sleeper.also_runs("kill %1").ends()
        server.key("C").status()

        self.quotes("Recommencez avec `server` : rien ne s'arrête.")
        self.stands_still(server, sleeper, talker, "server")
        talker.ends()
        server.waits_for("Déconnexion")
        server.waits_for("Déconnexion")

    def test_break_2(self):
        server, first, second = self.terminals_for(3)
        self.quotes("Dans `server.cpp`, retirez `clients_.erase(&websocket_);`")
        self.change("lessons/19_ws_chat/server.cpp", "    clients_.erase(&websocket_);\n", "")
        server.also_runs(f"cd {self.course()}").ends()
        server.patient(1500).run("cmake --preset dev && cmake --build --preset dev --target 19_server").ends()
        server.run("build/dev/lessons/19_ws_chat/server").waits_for("Serveur de chat")
        for client in (first, second):
            client.also_runs("./prise run 19 client").waits_for("Vous : ")
        first.key("D").ends(says="Deux clients arrivent, l'un s'en va, l'autre parle")
        second.also_types("Bonjour")
        server.sees("heap-use-after-free")


guide.main(Lesson19)
