import guide


class Lesson06(guide.Claims):
    number = "06"

    def setUp(self):
        super().setUp()
        self.server, self.client = self.terminals_for(2)

    def serve(self, command="./prise run 06 server", says=None):
        self.server.run(command, says).waits_for("Serveur en écoute sur le port 9999...")

    def test_lancer(self):
        self.serve()
        self.client.run("./prise run 06 client").ends()
        self.server.waits_for("Chunk 3 : UVWXYZ\n")
        self.server.ends()
        self.serve("./prise run 06 server --buffer 2", says="server --buffer 2")
        self.client.run("./prise run 06 client été", says="client été").ends()
        self.server.waits_for("Chunk 1 : é\nChunk 2 : t\\xc3\nChunk 3 : \\xa9\n")
        self.server.ends()

    def test_measure(self):
        # To build for measuring takes a minute; here the program is the suite's own. It is also what run starts.
        self.mentions("cmake --preset release && cmake --build --preset release --target lesson_06",
                      "./prise run 06 measure")
        self.client.run("build/release/lessons/06_buffer_size/measure --svg debit.svg")
        self.client.waits_for("  Tampon   Appels  Appels/Mio  µs/appel  Secondes   Mio/s")
        self.client.ends()
        with open(f"{self.home}/debit.svg", encoding="utf-8") as file:
            self.assertIn("<text", file.read())
        self.quotes("ses textes restent des textes")

    def test_exercise(self):
        self.solves()
        self.server.run("./prise run 06 exercise --buffer 4").waits_for("Serveur en écoute sur le port 9999...")
        self.client.run("nc -N 127.0.0.1 9999")
        self.client.also_types("un").also_types("deux")
        self.server.waits_for("Chunk 1 : un\\nd\nChunk 2 : eux\\n\n")
        self.client.key("D", says="tapez quelques lignes courtes, puis Ctrl-D").ends()
        self.server.waits_for("Octets : 8, chunks : 2")
        self.server.ends()

    def test_python(self):
        self.quotes("`b't\\xc3'.decode()` lève `UnicodeDecodeError`")
        with self.assertRaises(UnicodeDecodeError):
            b"t\xc3".decode()
        self.quotes("64 Kio pour une connexion, ce n'est rien ; pour dix mille connexions, c'est 625 Mio")
        self.assertEqual(65536 * 10000 / 2**20, 625)

    def test_break_1(self):
        self.serve()
        self.client.run("nc 127.0.0.1 9999", says="puis `nc 127.0.0.1 9999` à la place du client")
        self.client.type("un")
        self.server.sees("Chunk 1 : un\\n")
        self.client.type("deux")
        self.server.sees("Chunk 2 : deux\\n")
        self.client.type("abcdefghijkl", says="Tapez une ligne de plus de neuf lettres : elle vient en plusieurs morceaux.")
        self.server.waits_for("Chunk 3 : abcdefghij\nChunk 4 : kl\\n\n")
        self.client.key("C").ends(130, says="Ctrl-C termine `nc`")
        self.server.ends()

    def test_break_2(self):
        self.edit("server", "server.cpp", "static_cast<std::size_t>(count)", "buffer.size()")
        self.serve()
        self.client.run("./prise run 06 client").ends()
        self.server.sees("Chunk 3 : UVWXYZQRST\n", says="Le dernier morceau devient `Chunk 3 : UVWXYZQRST`")
        self.server.ends()
        self.mentions("recv")

    def test_break_3(self):
        self.edit("server", "server.cpp", "if (count == 0) break;", "", says="Retirez la ligne `if (count == 0) break;`")
        self.serve()
        self.client.run("./prise run 06 client").ends()
        self.server.sees("Chunk 3", says="Après `Chunk 3`, des milliers de morceaux vides défilent")
        self.server.waits_for("Chunk 2000 : \n")
        self.server.key("C").ends(130, says="Ctrl-C vous sauvera")
        self.mentions("recv")


guide.main(Lesson06)
