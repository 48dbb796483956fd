import guide


class Lesson02(guide.Claims):
    number = "02"

    def setUp(self):
        super().setUp()
        self.server, self.client = self.terminals_for(2)

    def send(self, command, output, says=None):
        """The server is started anew, since it serves one client; it shows the output."""
        self.server.run("./prise run 02 server").waits_for("Serveur en écoute sur le port 9999...")
        self.client.run(command).ends()
        self.server.waits_for("Message reçu : ")
        self.server.sees(output, says)
        self.server.ends()

    def test_lancer(self):
        self.send("./prise run 02 client", "Salut le serveur !\n", says="Message reçu : Salut le serveur !")
        self.send('./prise run 02 client "Ça va ?"', "Ça va ?\n", says="Le client accepte un texte à vous")
        self.server.run("./prise run 02 welcome_server").waits_for("Serveur en attente d'une connexion...")
        self.client.run("./prise run 02 welcome_client").sees("Message reçu : Bienvenue sur le serveur !",
                                                             says="client  | Message reçu : Bienvenue sur le serveur !")

    def test_bytes(self):
        for character in "Sé€😀":
            code = character.encode()
            self.quotes(f"| `{character}` | `{code.hex(' ')}` | {len(code)} |")
        for text, characters, octets, says in (("Ça va ?", 7, 8, "« Ça va ? » a sept caractères et huit octets"),
                                               ("Ça coûte 3 € à Noël", 19, 25, "Dix-neuf caractères, mais vingt-cinq octets")):
            self.quotes(says)
            self.assertEqual((len(text), len(text.encode())), (characters, octets))

    def test_exercise(self):
        self.solves()
        self.server.run('./prise run 02 exercise --text "Ça va ?"')
        for number in (1, 2, 3):
            self.eventually("it waits for a client", lambda: "accept" in self.server.calls())
            self.client.run("./prise run 02 welcome_client").waits_for("Message reçu : Ça va ?\n")
            self.client.ends()
            self.server.waits_for(f"Client {number} : ('127.0.0.1', …)\nClient {number} : 8 octets envoyés\n")
        self.server.ends()

    def test_break_1(self):
        self.send(r"printf 'caf\xe9' | nc -N 127.0.0.1 9999", r"caf\xe9")
        self.send(r"printf '\033[31mrouge' | nc -N 127.0.0.1 9999", "\\x1b[31mrouge\n",
                  says="Le serveur affiche `\\x1b[31mrouge`")
        self.mentions("e9", "say")

    def test_break_2(self):
        self.send('./prise run 02 client "a$(printf \'é%.0s\' $(seq 600))"', "a" + 511 * "é" + "\\xc3\n",
                  says="Le serveur en reçoit 1024 au plus, et la ligne finit par `\\xc3`")

    def test_break_3(self):
        self.server.run("./prise run 02 server").waits_for("Serveur en écoute sur le port 9999...")
        self.client.run('./prise run 02 client ""').ends()
        self.server.ends()
        self.quotes("Le serveur affiche `Message reçu :`, et rien derrière")
        self.assertRegex(self.server.output(), r"\nMessage reçu : \n$")
        self.mentions("recv")


guide.main(Lesson02)
