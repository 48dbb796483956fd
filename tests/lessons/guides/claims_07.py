import re

import guide

EINTR_HANDLED = """    if (count == -1 && errno == EINTR) {  // a signal came while nothing was there: not an error
      ++all.interruptions;
      continue;
    }
"""


class Lesson07(guide.Claims):
    number = "07"

    def setUp(self):
        super().setUp()
        self.server, self.client = self.terminals_for(2)

    def serve(self, command="./prise run 07 server", says=None):
        self.server.run(command, says).waits_for("Serveur en écoute sur le port 9999...")

    def test_lancer(self):
        self.serve()
        self.client.run("./prise run 07 client").waits_for("Appels à send : 1, dont 0 interrompus (EINTR)")
        self.quotes("Du côté du client, un seul `send` a suffi d'habitude")
        self.client.waits_for(
            "Réponse du serveur : 500000 octets bien reçus, empreinte 6ecd77a9")
        self.client.ends()
        count = self.server.waits_for(re.compile(r"Appels à recv : (\d+), dont 0 interrompus"))[1]
        self.assertGreaterEqual(int(count), 9)  # 65536 bytes at most each, and the end
        self.quotes("une dizaine de `recv` pour 500000 octets, et ce nombre varie d'un essai à l'autre. Le dernier a rendu 0")
        self.server.ends()

    def test_exercise(self):
        self.solves()
        self.server.run("./prise run 07 exercise --deadline 20").waits_for("Serveur en écoute sur le port 9999...")
        self.client.run("echo Bonjour | nc -N 127.0.0.1 9999").waits_for("\nruojnoB")
        self.client.ends()
        self.server.waits_for("Reçu : 8 octets\nRenvoyé : 8 octets\n")
        self.server.ends()

    def test_break_1(self):
        self.serve()
        self.client.run("./prise run 07 client --no-shutdown").sees("Envoyé : 500000 octets…")
        self.deadlock(self.server, self.client, says="puis plus rien ne bouge, des deux côtés, pour toujours")
        self.client.key("C").ends(130, says="Faites Ctrl-C chez le client")
        self.server.waits_for("Reçu : 500000 octets, empreinte 6ecd77a9")
        self.server.ends()
        self.serve()
        self.client.run("printf abc | nc 127.0.0.1 9999")
        self.deadlock(self.server, self.client, says="tombe dans le même trou")
        self.client.key("C").ends(130)
        self.server.ends()
        self.serve()
        self.client.run("printf abc | nc -N 127.0.0.1 9999", says="`nc -N` fait la demi-fermeture et reçoit sa réponse")
        self.client.waits_for("3 octets bien reçus")
        self.client.ends()

    def test_break_2(self):
        interrupted = "./prise run 07 server --interruptions"
        self.serve(interrupted, says="Lancez le serveur avec `--interruptions`")
        self.client.run("nc -N 127.0.0.1 9999")
        # Two seconds of a person are ten thousand signals; here, wait until a good part of them has come.
        self.eventually("many interruptions", lambda: self.sleeps() > 1000)
        self.client.also_types("mot")
        self.client.key("D", says="tapez un mot, Entrée, Ctrl-D").ends()
        self.server.waits_for("Reçu : 4 octets")
        count = self.server.waits_for(re.compile(r"Appels à recv : \d+, dont (\d+) interrompus \(EINTR\)"))
        self.assertGreater(int(count[1]), 500)
        self.server.ends(says="et il n'a rien perdu")
        self.edits("server", [("transfer.hpp", EINTR_HANDLED, "")],
                   says="Retirez maintenant de `receive_all` le `if` qui traite `EINTR`")
        self.serve(interrupted, says="et recommencez")
        self.client.run("nc -N 127.0.0.1 9999")
        self.server.sees("Erreur : recv : un signal a interrompu l'appel.")
        self.server.ends(1)

    def sleeps(self):
        for pid in self.server.pids():
            with open(f"/proc/{pid}/status", encoding="ascii") as file:
                return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", file.read(), re.M)[1])
        return 0

    def test_break_3(self):
        self.refused("./prise run 07 client", "Le serveur a coupé la connexion sans répondre.")
        self.refused("./prise run 07 client --bytes 8388608", "Le serveur a coupé la connexion au milieu du message.")
        self.mentions("--bytes 8388608", "send")

    def refused(self, command, answer):
        """Most often it is this answer: until it is."""
        said = ""
        while answer not in said:
            self.serve("./prise run 07 server --bytes-max 1000", says="Lancez le serveur avec `--bytes-max 1000`")
            self.client.run(command, says="Avec `--bytes 8388608`" if "--bytes" in command else None).ends(1)
            self.server.sees("Refusé : le message dépasse 1000 octets.")
            self.server.ends()
            said = self.client.output()
            self.assertRegex(said, "Le serveur a coupé la connexion (sans répondre|au milieu du message)\\.")
        self.mentions(answer)


guide.main(Lesson07)
