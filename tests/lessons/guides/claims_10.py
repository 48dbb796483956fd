import guide


class Lesson10(guide.Claims):
    number = "10"

    def setUp(self):
        super().setUp()
        self.server, self.client = self.terminals_for(2)

    def serve(self):
        self.server.run("./prise run 10 server").waits_for("En attente d'un client...")

    def connect(self):
        self.serve()
        self.client.run("./prise run 10 client").waits_for("Chat prêt !")
        self.server.waits_for("Chat prêt !")

    def test_lancer(self):
        self.connect()
        self.client.also_types("à moitié", end="")
        self.server.also_types("Salut !")
        self.client.waits_for("Serveur : Salut !\n")
        self.client.also_types(" tapé")
        self.quotes("au milieu d'une ligne : celle que vous tapez reste entière")
        self.server.waits_for("Client : à moitié tapé\n")
        self.server.also_types("quit")
        self.server.waits_for("Chat terminé.")
        self.client.waits_for("Le serveur a quitté le chat.\nChat terminé.")

    def test_notes(self):
        self.server.also_runs(f"python3 '{guide.SOURCE}/tests/lessons/notes/chat_server_v2.py'").waits_for("En attente d'un client...")
        self.client.also_runs("./prise run 10 client").waits_for("Chat prêt !")
        self.client.also_types("quit").ends()
        self.quotes("Dans les notes, le fil qui envoie reste bloqué dans `input()` quand l'autre côté s'en va")
        self.server.waits_for("Le client s'est déconnecté.")
        self.asleep(self.server, "read")
        self.server.also_types("quit")
        self.server.waits_for("Chat terminé.")
        self.quotes("le programme ne se termine que si vous tapez `quit` à votre tour")

    def test_mistakes(self):
        self.connect()
        second = self.terminal()
        second.run("./prise run 10 client").waits_for("Connecté au serveur de chat v2 !")
        self.quotes("Un second client dit `Connecté au serveur de chat v2 !` mais personne ne lui répond.")
        second.also_types("Il y a quelqu'un ?")
        self.eventually("it waits in the kernel", lambda: guide.queued() == len("Il y a quelqu'un ?"))

    def test_exercise(self):
        self.solves()
        self.server.run("./prise run 10 exercise").waits_for("En attente d'un client...")
        for client in (self.client, self.terminal()):
            client.run("nc 127.0.0.1 9999", says="et `nc 127.0.0.1 9999` dans un ou deux autres terminaux")
            self.server.waits_for("Client connecté : ('127.0.0.1', ")
            client.also_types("Bonjour !")
            self.server.waits_for("Client : Bonjour !\n")
            client.key("C").ends(130)
            self.server.waits_for("a quitté le chat.\nEn attente d'un client...\n")
        self.server.also_types("quit")
        self.server.waits_for("Chat terminé.")
        self.server.ends()

    def test_break_1(self):
        self.edits("server", [("conversation.hpp", "shutdown(socket_, SHUT_RDWR);", "close(socket_);")],
                   says="Dans `conversation.hpp`, remplacez `shutdown(socket_, SHUT_RDWR);` par `close(socket_);`")
        self.serve()
        self.client.run("nc 127.0.0.1 9999")
        self.server.waits_for("Chat prêt !")
        self.asleep(self.server, "recv")
        self.asleep(self.server, "poll")
        self.server.type("quit")
        self.quotes("Il ne se termine pas")
        self.asleep(self.server, "futex")
        self.asleep(self.server, "recv")
        self.eventually("nothing is on its way", lambda: guide.queued() == 0)
        self.assertNotIn("terminé", self.server.output())
        self.client.key("C", says="n'arrive que lorsque vous arrêtez `nc`").ends(130)
        self.server.sees("Chat terminé.")
        self.server.ends()
        self.mentions("close", "shutdown", "nc", "recv")

    def test_break_2(self):
        self.edits("server", [("conversation.hpp", 'ask("", end.fd())', 'ask("")')],
                   says="""remplacez `ask("", end.fd())` par `ask("")`""")
        self.connect()
        self.client.also_types("quit").ends()
        self.server.sees("Le client s'est déconnecté.")
        self.quotes("son autre fil dort au clavier")
        self.asleep(self.server, "poll")
        self.assertNotIn("terminé", self.server.output())
        self.server.also_types("mot")
        self.server.waits_for("Chat terminé.")
        self.server.ends(says="Tapez un mot, puis Entrée : l'envoi échoue, et il se termine enfin.")

    def test_break_3(self):
        said = ""
        while "Client : undeuxquit" not in said:  # « presque toujours »
            self.serve()
            self.client.run("printf 'un\\ndeux\\n' | ./prise run 10 client").ends()
            self.server.waits_for("Chat terminé.")
            self.server.ends(says="c'est la fin de la connexion, derrière lui, qui termine le chat")
            said = self.server.output()
        self.mentions("Client : undeuxquit", "quit", "send", "recv")


guide.main(Lesson10)
