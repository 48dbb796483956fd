import re

import guide


class Lesson12(guide.Claims):
    number = "12"
    long = ("test_break_2", "test_break_3")

    def room(self, *clients):
        """The server, and clients that have entered."""
        server = self.terminal("server")
        server.run("./prise run 12 server").waits_for("Serveur de chat démarré...")
        for client in clients:
            client.also_runs("TERM=xterm ./prise run 12 client")  # one whose cursor moves
            server.waits_for("Nouvelle connexion : …\n")
        return server

    def test_lancer(self):
        alice, bob = self.terminals_for(2)
        server = self.room(alice, bob)
        for client in (alice, bob):
            client.waits_for("Votre message : ")
        self.mentions("./prise run 12 client")
        alice.also_types("Bon", end="")
        bob.type("Salut", says="Commencez une phrase dans l'un, et parlez dans un autre")
        alice.waits_for("Message reçu : Salut\nVotre message : Bon")
        alice.type("jour", says="votre ligne reste entière, le message passe au-dessus")
        bob.waits_for("Message reçu : Bonjour")
        bob.key("D").ends(says="Ctrl-D quitte un client")
        server.waits_for("Connexion fermée")

    def test_exercise(self):
        server, alice, bob = self.terminals_for(3)
        self.solves()
        server.run("./prise run 12 exercise").waits_for("Serveur de chat démarré...")
        alice.run("nc 127.0.0.1 12345", says="`nc 127.0.0.1 12345` dans deux ou trois autres terminaux").sees("Votre nom ?")
        alice.also_types("Alice")
        server.waits_for("Alice est dans le salon.")
        alice.also_types("Il y a quelqu'un ?")
        server.waits_for("Alice : Il y a quelqu'un ?")
        bob.run("nc 127.0.0.1 12345").waits_for("Votre nom ?")
        bob.also_types("Bob").waits_for("Alice : Il y a quelqu'un ?")
        bob.also_types("Oui, moi.")
        alice.waits_for("Bob : Oui, moi.")

    def test_python(self):
        self.quotes("`remove` décale tous les suivants, et le prochain de la liste est sauté")
        clients, reached = ["Alice", "Bob", "Chloé"], []
        for client in clients:
            reached.append(client)
            if client == "Alice":
                clients.remove("Alice")
        self.assertEqual(reached, ["Alice", "Chloé"])

    def test_break_1(self):
        alice, bob, third = self.terminals_for(3)
        self.room(alice, bob)
        self.mentions("recv")  # of which there is nothing to try
        self.quotes("Deux clients sont là ; dans un troisième terminal")
        for _ in range(200):
            third.run("printf 'un\\ndeux\\n' | ./prise run 12 client", says="Les autres voient souvent").ends()
            if alice.waits_for(re.compile("Message reçu : (undeux|un\\n(.*\n)*?.*Message reçu : deux)"))[1] == "undeux":
                bob.sees("Message reçu : undeux")
                return
        self.fail("never joined")

    def sleeper(self, sleeper):
        """Somebody who is there, and does not read."""
        sleeper.run("nc 127.0.0.1 12345", says="Dans un deuxième terminal, `nc 127.0.0.1 12345`, puis Ctrl-Z")
        self.asleep(sleeper, "poll")
        sleeper.key("Z").waits_for("Stopped")

    def test_break_2(self):
        server, sleeper, talker, other = self.terminals_for(4)
        flood = "yes bla | head -c 20000000 | nc -N 127.0.0.1 12345"
        server.run("./prise run 12 server | grep -a onnexion", says="Lancez `./prise run 12 server | grep -a onnexion`")
        self.listens(12345)
        self.sleeper(sleeper)
        talker.run(flood, says="Dans un troisième").ends()
        self.quotes("ensuite `send` attend, une seconde, et `Connexion fermée` le met dehors")
        server.waits_for(re.compile(r"Connexion fermée(.|\n)*Connexion fermée"))  # the sleeper, then the talker
        sleeper.also_runs("kill %1").ends()
        server.key("C").status()

        # The same, where send may wait for ever.
        call = """    net::checked(
        setsockopt(client.fd(), SOL_SOCKET, SO_SNDTIMEO, &send_time_max, sizeof send_time_max),
        "setsockopt SO_SNDTIMEO");
"""
        self.edit("server", "server.cpp", call, "", says="Maintenant retirez l'appel à `setsockopt` dans `chat`, et recommencez")
        server.also_runs("./prise run 12 server | grep -a onnexion")
        self.listens(12345)
        self.sleeper(sleeper)
        server.waits_for("Nouvelle connexion : …\n")
        talker.also_runs(flood)
        server.waits_for("Nouvelle connexion : …\n")
        process = self.process("server")
        self.stuck(process, "send")
        other.also_runs("./prise run 12 client").waits_for("Votre message : ")
        self.stuck(process, "futex")  # another waits for the lock
        self.assertNotIn("Nouvelle connexion", server.all[server.at:], "il n'est même pas accueilli")
        other.type("Et moi ?", says="Connectez un autre client, et parlez")
        sleeper.run("fg", says="Tapez `fg` dans le terminal du dormeur, et tout repart")
        server.waits_for("Nouvelle connexion")

    def test_break_3(self):
        server, first, second = self.terminals_for(3)
        lock = "const std::lock_guard lock(mutex_);"
        self.quotes(f"Retirez les trois lignes `{lock}`")
        self.change("lessons/12_chat_room/server.cpp", f"    {lock}\n", "", count=3)
        server.also_runs(f"cd {self.course()}").ends()
        server.patient(900).run("cmake --preset tsan && cmake --build --preset tsan --target 12_server").ends()
        server.run("build/tsan/lessons/12_chat_room/server").waits_for("Serveur de chat démarré...")
        for client in (first, second):
            client.also_runs("./prise run 12 client").waits_for("Votre message : ")
        server.sees("WARNING: ThreadSanitizer: data race", says="et connectez deux clients. Il annonce")
        server.sees("Room::enter", says="et nomme `Room::enter`")


guide.main(Lesson12)
