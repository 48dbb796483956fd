import os
import signal

import guide


class Lesson09(guide.Claims):
    number = "09"

    def setUp(self):
        super().setUp()
        self.server, self.client = self.terminals_for(2)

    def connect(self):
        self.server.run("./prise run 09 server").waits_for("En attente d'un client...")
        self.client.run("./prise run 09 client").waits_for("Vous : ")
        self.server.waits_for("Chat prêt !")

    def exchange(self):
        self.connect()
        self.client.also_types("Salut !")
        self.server.waits_for("Client : Salut !\nVous : ")

    def test_lancer(self):
        self.exchange()
        self.client.key("C")
        self.server.waits_for("Le client a quitté le chat.")
        self.quotes("Ctrl-D et Ctrl-C veulent dire la même chose")
        self.client.ends()
        self.server.ends()
        self.server.run("./prise run 09 part1_server", says="`part1_server` et `part1_client`").waits_for("En attente d'un client...")
        self.client.run("./prise run 09 part1_client", says="`part1_server` et `part1_client`").waits_for("Chat prêt !")
        self.server.waits_for("Client connecté : ('127.0.0.1', ")

    def test_killed(self):
        self.exchange()
        self.quotes("si le programme d'en face est tué, le noyau ferme sa connexion à sa place")
        for pid in self.client.pids():
            os.kill(pid, signal.SIGKILL)
        self.server.waits_for("Le client a quitté le chat.\nChat terminé.\n")
        self.server.ends()

    def test_mistakes(self):
        self.connect()
        other = self.terminal()
        other.run("ss -tlnp").waits_for('127.0.0.1:9999 … users:(("server",')

    def test_exercise(self):
        self.solves()
        self.server.run("./prise run 09 exercise --name Alice").waits_for("En attente d'un client...")
        self.client.run("./prise run 09 exercise --client --name Bob").waits_for(
            "Vous discutez avec Alice. (tapez 'quit' pour quitter)\nVous : ")
        self.client.also_types("Salut !")
        self.server.waits_for("Bob : Salut !\nVous : ")
        self.server.also_types("Hey, Bob !")
        self.client.waits_for("Alice : Hey, Bob !\nVous : ")
        self.client.also_types("quit")
        self.client.ends()
        self.quotes("Connecté au serveur de chat !\nVous discutez avec Alice. (tapez 'quit' pour quitter)\nVous : Salut !\n"
                    "Alice : Hey, Bob !\nVous : quit\nChat terminé.\n")
        self.server.waits_for("Bob a quitté le chat.\nChat terminé.\n")
        self.server.ends()

    def leaves_first(self, server_leaves, options=""):
        """A minute later, as the guide says, or as here in a new network: a chat that this side has closed first."""
        while True:
            guide.private_network()
            self.server, self.client = self.terminals_for(2)
            self.server.also_runs("./prise run 09 server" + options).waits_for("En attente d'un client...")
            self.client.run("./prise run 09 client").waits_for("Vous : ")
            self.client.also_types("Salut !")
            self.server.waits_for("Client : Salut !\nVous : ")
            if not server_leaves:
                self.server.also_types("oui")
                self.client.waits_for("Serveur : oui\nVous : ")
            (self.server if server_leaves else self.client).type("quit")
            self.server.ends()
            self.client.ends()
            self.client.run("ss -tan | grep 9999").sees("TIME-WAIT")
            self.client.ends()
            ours = "127.0.0.1:9999" == self.client.output().split()[3]
            if ours == server_leaves:
                return
            self.quotes("C'est lui qui a fermé le premier : recommencez.")

    def test_break_1(self):
        refused = "Erreur : bind 127.0.0.1:9999 : ce port est déjà pris. …"
        self.leaves_first(server_leaves=True)
        self.server.run("./prise run 09 server --no-reuse").sees(refused)
        self.server.ends(1)
        self.server.run("./prise run 09 server", says="Sans `--no-reuse`, le serveur démarre.").waits_for("En attente d'un client...")
        self.leaves_first(server_leaves=False)
        self.quotes("recommencez en quittant côté client")
        self.server.run("./prise run 09 server --no-reuse", says="et `--no-reuse` ne gêne plus").waits_for("En attente d'un client...")
        self.leaves_first(server_leaves=True, options=" --no-reuse")
        self.server.run("./prise run 09 server").sees(
            refused, says="Après un serveur lancé avec `--no-reuse` qui a fermé le premier, il faut attendre la minute.")
        self.server.ends(1)

    def test_break_2(self):
        block = "{ printf 'un'; sleep 5; printf 'deux'; sleep 1; printf 'trois'; cat; } | nc 127.0.0.1 9999"
        self.server.run("./prise run 09 server").waits_for("En attente d'un client...")
        self.client.run(block)
        self.server.sees("Client : un\nVous : ", says="Le serveur affiche `Client : un` et vous donne la parole.")
        self.quotes("Attendez six secondes sans répondre")
        self.eventually("deux and trois have arrived", lambda: guide.queued() == len("deuxtrois"))
        self.server.type("oui")
        self.server.sees("Client : deuxtrois")
        self.server.waits_for("Vous : ")
        self.server.also_types("encore")
        self.client.waits_for("encore")
        self.client.type("quit")
        self.server.sees("Client : quit\\n\n", says="il s'affiche `quit\\n`")
        self.mentions("recv", "nc", "send")

    def test_break_3(self):
        self.edits("client", [("turns.hpp", "} else if (!typed.line.empty()) {", "} else {")],
                   says="Dans `turns.hpp`, remplacez `} else if (!typed.line.empty()) {` par `} else {`")
        self.connect()
        self.client.also_types("")
        self.quotes("pressez Entrée sans rien taper")
        self.deadlock(self.server, self.client, says="le client croit avoir parlé et attend, le serveur n'a rien reçu et attend aussi")
        self.client.key("C", says="Seul Ctrl-C en sort.")
        self.client.ends()
        self.server.waits_for("Le client a quitté le chat.")


guide.main(Lesson09)
