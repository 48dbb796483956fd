import os

import guide


class Lesson13(guide.Claims):
    number = "13"
    long = ("test_break_1", "test_break_2", "test_measure", "test_exercise")
    flood = "yes Bonjour | head -c 20000000 | nc -N 127.0.0.1 12345 > /dev/null"

    def test_lancer(self):
        server, alice, bob = self.terminals_for(3)
        for command in ("./prise run 13 server", "./prise run 13 server --epoll"):
            server.run(command).waits_for("Serveur de chat démarré...")
            for client in (alice, bob):
                client.run("./prise run 13 client", says="autant que vous voulez").waits_for("Votre message : ")
                server.waits_for("Nouvelle connexion")
            alice.also_types("Bonjour")
            bob.waits_for("Message reçu : Bonjour")
            bob.key("D" if "epoll" in command else "C").ends(says="Ctrl-D ou Ctrl-C quitte le client")
            server.waits_for("Connexion fermée")
            server.key("C").ends(says="Ctrl-C arrête le serveur, qui prévient tout le monde")
            alice.waits_for("Message reçu : Le serveur s'arrête.")
            alice.waits_for("Le serveur a fermé la connexion.")
            alice.ends()

    def sleeper(self, server, terminal):
        """A client that does not read."""
        terminal.run("./prise run 13 client")
        server.waits_for("Nouvelle connexion : …\n")
        self.asleep(terminal, "poll")
        terminal.key("Z").waits_for("Stopped")

    def test_exercise(self):
        server, mute, talker = self.terminals_for(3)
        self.solves()
        server.run("./prise run 13 exercise --idle 20").waits_for("Serveur de chat démarré...")
        for client in (mute, talker):
            client.run("nc 127.0.0.1 12345", says="`nc 127.0.0.1 12345` dans deux autres terminaux")
            server.waits_for("Nouvelle connexion : …\n")
        talker.also_types("Bonjour !")
        mute.waits_for("Bonjour !")
        server.waits_for("Trop longtemps silencieux : …\n")

    def test_break_1(self):
        server, sleeper, listener, talker = self.terminals_for(4)
        server.run("./prise run 13 server | grep -av Bonjour").waits_for("Serveur de chat démarré...")
        self.quotes("Dans un deuxième terminal, `./prise run 13 client`, puis Ctrl-Z")
        self.sleeper(server, sleeper)
        listener.run("nc -d 127.0.0.1 12345 | wc -c")
        server.waits_for("Nouvelle connexion : …\n")
        talker.run(self.flood).ends()
        server.sees("Trop lent : …")
        server.waits_for("Connexion fermée : …\n")  # the sleeper
        server.waits_for("Connexion fermée : …\n")  # and the talker, of whom everything has been read
        self.quotes("arrêtez le serveur par Ctrl-C")
        server.key("C")
        listener.sees("20000021")
        sleeper.run("fg").waits_for("Le serveur a fermé la connexion.")

    def test_break_2(self):
        server, sleeper, talker, late = self.terminals_for(4)
        self.mentions("O_NONBLOCK")
        self.edit("server", "room.hpp", "    make_non_blocking(fd);\n", "",
                  says="Dans `room.hpp`, retirez `make_non_blocking(fd);` de `welcome`, et recommencez")
        server.also_runs("./prise run 13 server | grep -av Bonjour").waits_for("Serveur de chat démarré...")
        self.sleeper(server, sleeper)
        talker.also_runs(self.flood)
        server.waits_for("Nouvelle connexion")
        process = self.process("server")
        self.stuck(process, "send")
        self.assertEqual(os.listdir(f"/proc/{process}/task"), [str(process)], "Le seul fil du serveur")
        late.also_runs("./prise run 13 client").waits_for("Votre message : ")
        self.quotes("un nouveau venu n'est même pas accueilli. Le seul fil du serveur dort dans `send`.")
        self.assertEqual(guide.call_of(process), "send")
        self.assertNotIn("Nouvelle connexion", server.all[server.at:])
        sleeper.run("fg", says="Un `fg` dans le terminal du dormeur, et tout repart")
        server.waits_for("Nouvelle connexion")

    def test_break_3(self):
        server, *clients = self.terminals_for(5)
        server.run("./prise run 13 server").waits_for("Serveur de chat démarré...")
        server.key("C").ends(says="Après `./prise run 13 server`, arrêté par Ctrl-C")
        server.run("(ulimit -n 10; build/quick/lessons/13_event_loop/server)").waits_for("Serveur de chat démarré...")
        self.quotes("trois clients entrent, le quatrième lit")
        for client in clients[:3]:
            client.also_runs("./prise run 13 client")
            server.waits_for("Nouvelle connexion")
        clients[3].also_runs("./prise run 13 client").sees("Le serveur est complet.")
        clients[0].key("D").ends(says="Qu'un client parte, et la place est libre")
        server.waits_for("Connexion fermée")
        clients[3].status()
        clients[3].also_runs("./prise run 13 client")
        server.waits_for("Nouvelle connexion")

    def test_measure(self):
        shell = self.terminal().patient(900)
        shell.also_runs(f"cd {self.course()}").ends()
        shell.run("cmake --preset release && cmake --build --preset release --target lesson_13").ends()
        shell.run("build/release/lessons/13_event_loop/measure --clients 10000 --time-svg time.svg --memory-svg memory.svg")
        shell.waits_for("  10000  epoll")
        shell.ends()
        for drawing in ("time.svg", "memory.svg"):
            self.assertTrue(os.path.getsize(f"{self.course()}/{drawing}"))


guide.main(Lesson13)
