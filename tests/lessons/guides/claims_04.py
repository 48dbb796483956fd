import subprocess

import guide


class Lesson04(guide.Claims):
    number = "04"

    def setUp(self):
        super().setUp()
        self.server, self.client = self.terminals_for(2)

    def serve(self, command, address, says=None):
        self.server.run(command, says).waits_for(f"Adresse d'écoute : {address}")

    def test_lancer(self):
        self.serve("./prise run 04 server --host ::", "('::', 9999, 0, 0)")
        self.client.run("./prise run 04 client --host localhost").waits_for("Connecté au serveur !")
        self.client.ends()

    def test_mistakes(self):
        self.serve("./prise run 04 server", "('127.0.0.1', 9999)")
        self.client.run("ss -tln", says="Regardez la colonne *Local Address* de `ss -tln`")
        self.client.waits_for("Local Address")
        self.client.waits_for("127.0.0.1:9999")
        self.quotes("Un port absurde (47873 pour 443)")
        self.assertEqual(int.from_bytes((443).to_bytes(2, "big"), "little"), 47873)
        self.quotes("Le port 70000 est accepté, et devient 4464")
        self.assertEqual(70000 % 65536, 4464)

    def test_exercise(self):
        self.solves()
        self.server.also_runs("./prise run 02 welcome_server").waits_for("Serveur en attente d'une connexion...")
        self.quotes("lancez `./prise run 02 welcome_server` dans un terminal, et dans l'autre")
        self.client.run("./prise run 04 exercise 127.0.0.1:9 machine..invalid:80 :12345").ends()
        self.quotes(self.client.output())

    def test_break_1(self):
        address = "127.0.0.2"  # where no interface can be made: an address at least that is not the server's
        for line in ("ip link add prise0 type veth peer name prise1", "ip address add 192.168.1.20/24 dev prise0",
                     "ip link set prise0 up"):
            if subprocess.run(line.split(), capture_output=True).returncode != 0:
                self.mentions("hostname -I")
                break
        else:
            self.client.run("hostname -I")
            address = self.client.waits_for("192.168.1.20")[0]
        client = f"./prise run 04 client --host {address}"
        self.quotes("puis `./prise run 04 client --host VOTRE_ADRESSE`")
        self.serve("./prise run 04 server", "('127.0.0.1', 9999)")
        self.client.also_runs(client).waits_for("connexion refusée")
        self.client.ends(1, says="connexion refusée, alors que c'est la même machine")
        self.server.key("C").ends(130)
        self.serve("./prise run 04 server --host 0.0.0.0", "('0.0.0.0', 9999)")
        self.client.also_runs(client).waits_for(f"Connecté au serveur ! ('{address}', 9999) a répondu.")
        self.client.ends(says="le client entre")

    def test_break_2(self):
        self.serve("./prise run 04 server --host :: --only-ipv6", "('::', 9999, 0, 0)")
        self.client.run("./prise run 04 client --host 127.0.0.1").waits_for("connexion refusée")
        self.client.ends(1)
        self.mentions("IPV6_V6ONLY")

    def test_break_3(self):
        third = self.terminal()
        self.serve("./prise run 04 server --host 127.0.0.1", "('127.0.0.1', 9999)")
        self.client.run("./prise run 04 server --host ::1").waits_for("Adresse d'écoute : ('::1', 9999, 0, 0)")
        third.run("./prise run 04 server --host 0.0.0.0", says="Un troisième, avec `--host 0.0.0.0`, est refusé")
        third.waits_for("ce port est déjà pris")
        third.ends(1)


guide.main(Lesson04)
