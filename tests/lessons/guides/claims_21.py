import os
import re
import zlib

import guide


class Lesson21(guide.Claims):
    number = "21"
    long = ("test_break_1", "test_break_2", "test_measure")

    def test_lancer(self):
        server, client = self.terminals_for(2)
        server.run("./prise run 21 server").waits_for("en écoute")
        client.run("./prise run 21 client", says="# quatre messages, et ce qu'ils deviennent")
        client.waits_for("Un mot                         6     0")
        client.ends()
        client.run('./prise run 21 client "Vos textes" "Vos textes"').ends()
        client.run("./prise run 21 bomb", says="# soixante-quatre mégaoctets en soixante-cinq mille octets")
        client.waits_for("Le serveur ferme, code 1009.")
        client.ends()
        self.mentions("./prise run 21 measure")  # as the scene does, with fewer messages
        self.mentions("./prise run chat")  # it has tests of its own

    def test_measure(self):
        shell = self.terminal().patient(1500)
        shell.also_runs(f"cd {self.course()}").ends()
        shell.run("cmake --preset release && cmake --build --preset release --target lesson_21").ends()
        shell.run("build/release/lessons/21_ws_compression/measure --svg compression.svg").ends()
        self.assertTrue(os.path.getsize(f"{self.course()}/compression.svg"))
        number = r" +(\d+) +[\d,]+"
        json, prose, noise = ([[int(column) for column in row] for row in re.findall(rf"^ +(\d+){3 * number}", part, re.M)]
                              for part in re.split("Prose française|Octets déjà compressés", shell.output()))
        self.quotes("Un JSON de 64 octets tombe à 26 ; sans contexte, il reste à 67.")
        self.assertLess(json[0][3], json[0][2] / 2)
        self.assertGreater(json[0][2], 60)
        self.quotes("Les octets déjà compressés** paient le temps, et ne gagnent rien")
        self.assertTrue(all(kept >= plain and fresh >= plain for _, plain, fresh, kept in noise))
        self.assertTrue(all(kept <= fresh for _, _, fresh, kept in json + prose))

    def test_exercise(self):
        server, client = self.terminals_for(2)
        self.solves()
        server.run("./prise run 21 exercise").waits_for("Serveur en écoute sur le port 8765...")
        client.run("./prise run 21 client --server-bits 10").waits_for("Réponse : permessage-deflate; server_max_window_bits=10")
        self.quotes("qui montre son offre et votre réponse (puis s'étonne que vous raccrochiez)")
        client.ends(1)
        server.waits_for("Accordé : permessage-deflate; server_max_window_bits=10")

    def test_python(self):
        for code in ("c = zlib.compressobj(wbits=-15)", "(c.compress(m) + c.flush(zlib.Z_SYNC_FLUSH))[:-4]"):
            self.mentions(code)
        c, hellos = zlib.compressobj(wbits=-15), []
        for m in (b"Hello", b"Hello"):
            hellos.append((c.compress(m) + c.flush(zlib.Z_SYNC_FLUSH))[:-4])
        self.assertIn(f"7 octets  |  {hellos[0].hex(' ')}\n", self.guide.rest.text)
        self.assertIn(f"client  |    {hellos[1].hex(' ')}\n", self.guide.rest.text)
        d = zlib.decompressobj(wbits=-15)
        self.assertEqual([d.decompress(p + b"\x00\x00\xff\xff") for p in hellos], [b"Hello"] * 2)
        self.quotes("`deflateInit` écrit l'en-tête de zlib, `78 9c`")
        self.assertTrue(zlib.compress(b"Hello").startswith(b"\x78\x9c"))

    def test_break_1(self):
        server, client = self.terminals_for(2)
        self.edit("client", "raw_client.hpp", "    head.compressed = compressed;", "",
                  says="Dans `raw_client.hpp`, enlevez la ligne `head.compressed = compressed;`")
        self.quotes("le paramètre reste sans emploi : le compilateur vous le dit")
        self.assertIn("unused parameter", self.compiler_said)
        server.also_runs("./prise run 21 server").waits_for("en écoute")
        client.also_runs("./prise run 21 client")
        server.sees("Rompu : text_not_utf8, code 1007")
        client.ends(1, says="et le client apprend qu'il est parti")

    def test_break_2(self):
        server, client = self.terminals_for(2)
        self.edit("client", "client.cpp", "terms.server_window_bits, terms.server_context)", "terms.server_window_bits, Context::fresh)",
                  says="Dans `client.cpp`, construisez le `Decompressor` avec `Context::fresh`")
        server.also_runs("./prise run 21 server").waits_for("en écoute")
        client.also_runs("./prise run 21 client").waits_for("Une prose")
        client.sees("Erreur : la réponse ne se décompresse pas.")
        client.ends(1, says="Le premier message passe, le deuxième non")

    def test_break_3(self):
        server, client = self.terminals_for(2)

        def most_memory(*options):
            server.also_runs(" ".join(("./prise run 21 server", *options))).waits_for("en écoute")
            client.also_runs("./prise run 21 bomb").ends()
            client.run("grep VmHWM /proc/$(pgrep -nx server)/status").ends()
            return int(re.search(r"(\d+) kB", client.output())[1]) / 1000

        self.mentions("./prise run 21 server --limit 100000000", "./prise run 21 bomb")
        without_limit = most_memory("--limit 100000000")
        self.assertIn("Le serveur a tout décompressé", client.all)
        self.mentions("Le serveur a tout décompressé")
        server.key("C").ends()
        self.quotes("plus de 130 Mo, au lieu d'une dizaine")
        self.assertGreater(without_limit, 130)
        self.assertLess(most_memory(), 20)


guide.main(Lesson21)
