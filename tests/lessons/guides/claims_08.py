import re
import struct

import guide


class Lesson08(guide.Claims):
    number = "08"

    def setUp(self):
        super().setUp()
        self.server, self.client = self.terminals_for(2)

    def serve(self, program="server"):
        self.server.run(f"./prise run 08 {program}").waits_for("Serveur en écoute sur le port 9999...")

    def test_lancer(self):
        self.serve("naive_server")
        self.client.run("./prise run 08 client --burst").ends()
        self.server.waits_for("Message 1 : Bonjour\\nComment ça va ?\\nÀ bientôt\\n\n")
        self.server.ends(says="Chaque serveur ne sert qu'un client")
        self.serve()
        self.client.run("./prise run 08 client").ends()
        self.server.waits_for("Message 1 : Bonjour\nMessage 2 : Comment ça va ?\nMessage 3 : À bientôt\n")
        self.server.ends()
        self.serve()
        self.client.run("./prise run 08 client --cut")
        for number in (1, 2, 3):
            if number > 1:  # the first piece of a message waits for Enter too
                self.client.waits_for("Entrée pour envoyer la suite... ")
                self.client.also_types("")
            self.client.waits_for("Entrée pour envoyer la suite... ")
            self.client.also_types("")
            self.server.waits_for(f"Message {number} : ")
        self.client.ends()
        self.server.ends()

    def test_mistakes(self):
        self.serve()
        self.client.run("printf 'Bonjour\\n' | nc -C -N 127.0.0.1 9999", says="`telnet` et `nc -C` terminent les leurs").ends()
        self.server.waits_for("Message 1 : Bonjour\n")
        self.quotes("Acceptez les deux, comme le fait le serveur.")
        self.quotes("Lue dans l'ordre du processeur, 7 devient 117440512")
        self.assertEqual(int.from_bytes((7).to_bytes(4, "big"), "little"), 117440512)
        self.quotes("200 devient -56")
        self.assertEqual(int.from_bytes(bytes([200]), "big", signed=True), -56)

    def test_exercise(self):
        self.solves()
        self.server.run("./prise run 08 exercise").waits_for("Serveur en écoute sur le port 9999...")
        self.client.run(r"printf '\0\0\0\7Bonjour' | nc -N 127.0.0.1 9999 | od -An -tx1 -c")
        self.client.waits_for(" 00  00  00  09  31  20  42  6f  6e  6a  6f  75  72\n")
        self.client.ends()
        self.server.waits_for("Message 1 : 7 octets\nClient parti. Messages : 1\n")

    def test_python(self):
        self.quotes('`struct.pack(">I", len(data)) + data`')
        data = b"Salut"
        packed = (struct.pack(">I", len(data)) + data).hex(" ").split()
        self.quotes("│ " + " │ ".join(packed) + " │")
        self.quotes("`ff ff ff ff` annonce 4 Gio")
        self.assertEqual(int("ffffffff", 16) + 1, 4 * 2**30)

    def test_break_1(self):
        for program, times in (("naive_server", 4), ("server", 3)):
            for _ in range(times):
                self.serve(program)
                self.client.run("./prise run 08 client").ends()
                self.server.ends()
                count = len(re.findall(r"^Message \d : ", self.server.output(), re.M))
                self.assertIn(count, (3,) if program == "server" else (1, 2, 3))
                self.assertEqual(re.sub(r"Message \d : |\\n|\n", "", self.server.output()).partition("...")[2],
                                 "BonjourComment ça va ?À bientôt")
        self.quotes("Tantôt trois messages, tantôt un seul, tantôt deux")
        self.mentions("send")

    def test_break_2(self):
        self.serve()
        self.client.run("./prise run 08 client --cut Noël").waits_for("Entrée pour envoyer la suite... ")
        self.client.key("D", says="répondez par Ctrl-D au lieu d'Entrée").ends()
        self.server.sees("Message inachevé : No\\xc3")

    def test_break_3(self):
        self.serve()
        self.client.run("head -c 100000000 /dev/zero | nc -N 127.0.0.1 9999").status()
        self.server.sees("Ligne de plus de 1024 octets : connexion fermée.")
        self.mentions("'\\n'")


guide.main(Lesson08)
