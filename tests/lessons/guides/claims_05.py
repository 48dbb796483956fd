import re

import guide


class Lesson05(guide.Claims):
    number = "05"

    def setUp(self):
        super().setUp()
        self.server, self.client = self.terminals_for(2)

    def serve(self, command, says=None):
        self.server.run(command, says).waits_for("Serveur UDP en écoute...")

    def test_lancer(self):
        self.serve("./prise run 05 server")
        self.client.run("./prise run 05 client").waits_for("Réponse : Message bien reçu !")
        self.client.ends()
        self.server.ends()
        relay = self.terminal()
        self.serve("./prise run 05 echo_server")
        relay.run("./prise run 05 lossy_relay --loss 0.3").waits_for("Relais UDP vers ('127.0.0.1', 9999) : perte 0.3")
        self.client.run("""./prise run 05 client --port 9998 "Tu m'entends ?\"""")
        relay.waits_for("Demande de ('127.0.0.1', …) …e : Tu m'entends ?")

    def test_exercise(self):
        self.solves()
        relay = self.terminal()
        self.serve("./prise run 05 echo_server")
        relay.also_runs("./prise run 05 lossy_relay --port 9998 --to-port 9999").waits_for("Relais UDP")
        self.quotes("puis `./prise run 05 lossy_relay --port 9998 --to-port 9999`, et enfin")
        self.client.run('./prise run 05 exercise --port 9998 --timeout 0.5 --tries 10 "Êtes-vous là ?"')
        self.client.waits_for(re.compile(r"Essai 1\n(Essai \d+\n)*Réponse : Êtes-vous là \?\n"))
        self.client.ends()

    def test_break_1(self):
        self.client.run("./prise run 05 client --timeout 1").waits_for("Aucune réponse après 1 s")
        self.client.ends(1, says="Rien n'est refusé : une seconde de silence.")
        self.client.run("python3 -c \"import socket; s = socket.socket(type=socket.SOCK_DGRAM); "
                        "s.connect(('127.0.0.1', 9999)); s.send(b'x'); s.recv(10)\"")
        self.client.sees("ConnectionRefusedError")
        self.client.ends(1)
        self.server.run("./prise run 05 lossy_relay --loss 0", says="lancez-le seul, avec `--loss 0`").waits_for("Relais UDP")
        self.client.also_runs("./prise run 05 client --port 9998 --timeout 0.01")
        self.quotes("envoyez-lui un message")
        self.server.sees("Personne n'écoute en ('127.0.0.1', 9999)")
        self.mentions("connect")

    def test_break_2(self):
        self.client.run("""./prise run 05 client "$(printf 'a%.0s' $(seq 65508))\"""").waits_for("Erreur : sendto")
        self.client.ends(1, says="`sendto` refuse, car un datagramme IPv4 porte 65507 octets au plus")
        self.serve("./prise run 05 server")
        self.client.also_runs("""./prise run 05 client "$(printf 'a%.0s' $(seq 2000))\"""").waits_for("Réponse : Message bien reçu !")
        self.client.ends(says="Avec 2000 lettres et `./prise run 05 server`, tout part")
        self.server.waits_for(re.compile(r"Message de \('127\.0\.0\.1', \d+\) : a{1024}\n"))
        self.server.ends(says="il affiche 1024 lettres, et personne ne s'est plaint")

    def test_break_3(self):
        self.relay = self.terminal()
        self.serve("./prise run 05 echo_server", says="Avec `echo_server` lancé")
        first, second = self.ten_clients(), self.ten_clients()
        self.quotes("Relancez le relais avec la même graine : les mêmes messages se perdent.")
        self.assertEqual(first, second)
        self.assertIn("perdue", first)

    def ten_clients(self):
        """What became of each request and of each answer, through a relay that starts anew."""
        while True:
            self.relay.run("./prise run 05 lossy_relay --loss 0.3 --seed 2").waits_for("graine 2")
            self.client.run('for i in $(seq 10); do ./prise run 05 client --port 9998 --timeout 0.3 "message $i"; done')
            self.client.status()
            self.relay.key("C").ends(130)
            fates = re.sub(r"\('127\.0\.0\.1', \d+\)", "client", self.relay.output())
            # A client that gave up before an answer that was not lost: the machine was too slow. Once more.
            if fates.count("Réponse à client transmise") == self.client.output().count("Réponse : "):
                return fates


guide.main(Lesson05)
