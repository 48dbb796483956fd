import guide


class Lesson11(guide.Claims):
    number = "11"

    def test_lancer(self):
        server, alice, bob, pair = self.terminals_for(4)
        server.run("./prise run 11 server").waits_for("Serveur en attente de connexions...")
        for client in (alice, bob):
            client.run("./prise run 11 client", says="Dans un second, un troisième, autant que vous voulez")
            client.waits_for("Serveur : Bienvenue sur le serveur!")
        bob.also_types("Bob").waits_for("Serveur : Message reçu")
        alice.type("Ici Alice", says="Tapez dans l'un, puis dans l'autre").waits_for("Serveur : Message reçu")
        bob.key("D").ends(says="Ctrl-D quitte un client")
        pair.run("printf 'un\\ndeux\\n' | ./prise run 11 client").ends()
        server.waits_for("deux\n")  # most often with « un » before it
        server.key("C").sees("Serveur arrêté.")
        server.ends(says="Ctrl-C arrête le serveur")
        alice.waits_for("Le serveur a fermé la connexion.")

    def test_exercise(self):
        server, first, second = self.terminals_for(3)
        self.solves()
        server.run("./prise run 11 exercise --clients-max 1").waits_for("Serveur en attente de connexions...")
        first.run("nc 127.0.0.1 12345").sees("Bienvenue sur le serveur!")
        second.run("nc 127.0.0.1 12345", says="dans deux autres terminaux").sees("Serveur complet : vous êtes en attente.")
        first.key("C").status()
        second.waits_for("Bienvenue sur le serveur!")

    def test_python(self):
        self.quotes("`b\"Message reçu\"` n'est pas du Python")
        with self.assertRaisesRegex(SyntaxError, "ASCII"):
            compile("client_socket.sendall(b\"Message reçu\")", "serveur.py", "exec")
        self.assertEqual("Message reçu".encode(), b"Message re\xc3\xa7u")

    def test_break_1(self):
        server, first, second = self.terminals_for(3)
        old = "clients.emplace_back(listener.accept(), bell);"
        new = "clients.emplace_back(listener.accept(), bell).thread.join();"
        self.edit("server", "server.cpp", old, new, says=f"Dans `welcome_next`, remplacez `{old}` par `{new}`")
        server.also_runs("./prise run 11 server").waits_for("Serveur en attente")
        first.also_runs("./prise run 11 client").waits_for("Bienvenue")
        second.also_runs("./prise run 11 client").sees("Connecté au serveur !", says="`Connecté au serveur !`, et rien de plus")
        self.asleep(second, "poll")
        self.quotes("`main` attend la fin du premier")
        server.key("C")
        self.assertEqual(second.output(), "Connecté au serveur !\n", "et rien de plus")
        self.quotes("Même Ctrl-C n'est pas entendu avant")
        first.also_types("Là ?").waits_for("Message reçu")
        first.key("D").ends()
        server.waits_for("Serveur arrêté.")

    def test_break_2(self):
        server, first, second = self.terminals_for(3)
        self.edit("server", "server.cpp", "clients.emplace_back(listener.accept(), bell);",
                  "clients.emplace_back(listener.accept(), bell).thread.detach();",
                  says="Cette fois, écrivez `.thread.detach();`")
        self.quotes("tantôt un `Connexion fermée avec …` manque, tantôt il vient après `Serveur arrêté.`")
        self.mentions("main")
        for _ in range(200):  # one in two goes wrong
            server.also_runs("./prise run 11 server").waits_for("Serveur en attente")
            for client in (first, second):
                client.also_runs("./prise run 11 client").waits_for("Bienvenue")
            server.key("C").waits_for("Serveur arrêté.")
            server.status()
            first.status(), second.status()
            before_the_end = server.output().partition("Serveur arrêté.")[0]
            if before_the_end.count("Connexion fermée avec") < 2:
                return
        self.fail("each time both threads had ended before main")

    def test_break_3(self):
        server, *clients = self.terminals_for(4)
        server.run("ulimit -n 10; build/quick/lessons/11_threaded_server/server").waits_for("Serveur en attente")
        for client in clients[:2]:
            client.also_runs("./prise run 11 client").waits_for("Bienvenue")
        clients[2].also_runs("./prise run 11 client").waits_for("Connecté au serveur !")
        self.mentions("ulimit", "./prise run 11 server")
        for _ in range(2):
            server.sees("Erreur : accept : trop de descripteurs ouverts. Voyez ulimit -n.")
        for client in clients[:2]:
            client.type("Là ?", says="mais les deux premiers parlent toujours").waits_for("Message reçu")
        self.assertNotIn("Bienvenue", clients[2].output())
        clients[0].key("D").ends(says="Fermez-en un")
        clients[2].waits_for("Bienvenue")


guide.main(Lesson11)
