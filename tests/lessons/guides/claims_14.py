import guide


class Lesson14(guide.Claims):
    number = "14"
    long = ("test_compare", "test_break_1", "test_break_2", "test_break_3")

    def server(self):
        server = self.terminal("server")
        server.also_runs("./prise run 14 server").waits_for("Serveur HTTP en écoute")
        return server

    def compared(self, *terminals):
        """The rows of the tables that they print: the ways, their columns by name."""
        tables = []
        for terminal in terminals:
            terminal.ends()
            lines = [line.split() for line in terminal.output().splitlines()]
            begin = next(index for index, line in enumerate(lines) if line[:1] == ["Façon"])
            tables.append({line[0]: dict(zip(lines[begin][1:], (float(word.replace(",", ".")) for word in line[1:8])))
                           for line in lines[begin + 1:begin + 4]})
        return tables

    def test_lancer(self):
        first, client = self.terminals_for(2)
        first.run("./prise run 14 server").waits_for("Serveur HTTP en écoute sur le port 8765...")
        client.run("./prise run 14 client", says="# une requête à la main, et sa réponse, en entier")
        client.waits_for("< HTTP/1.1 200 OK")
        client.ends()
        client.run("curl -v http://127.0.0.1:8765/price").waits_for("< HTTP/1.1 200 OK")
        client.ends()

    def test_compare(self):
        self.server()
        compare = self.terminal()
        self.mentions("./prise run 14 compare")  # as the experiments do
        compare.run("./prise run 14 compare --svg retard.svg")
        default, = self.compared(compare)
        self.quotes("Le long-polling en pose une par prix ; le WebSocket, une en tout.")
        self.assertEqual([default[way]["Requêtes"] for way in ("long-polling", "WebSocket")], [20, 1])
        self.assertGreater(default["polling"]["Requêtes"], 25, "41 questions, dont la moitié pour s'entendre dire « rien »")
        self.assertGreater(default["polling"]["Envoyés"], 5 * default["WebSocket"]["Envoyés"])
        with open(f"{self.home}/retard.svg", encoding="utf-8") as drawing:
            self.assertIn("</svg>", drawing.read())

    def test_exercise(self):
        server, client = self.terminals_for(2)
        self.solves()
        server.run("./prise run 14 exercise").waits_for("en écoute")
        client.run("curl -v http://127.0.0.1:8765/").waits_for("< HTTP/1.1 200 OK")
        client.ends()
        server.waits_for("Réponse : 200 OK")

    def test_break_1(self):
        self.server()
        default, often, rarely = terminals = self.terminals_for(3)
        default.also_runs("./prise run 14 compare")
        often.run("./prise run 14 compare --every 10")
        rarely.run("./prise run 14 compare --every 1000", says="Puis `--every 1000`")
        default, often, rarely = self.compared(*terminals)
        self.assertGreater(often["polling"]["Requêtes"], 5 * default["polling"]["Requêtes"])
        self.assertLess(often["polling"]["Médiane"], default["polling"]["Médiane"], "le retard tombe")
        self.assertLess(rarely["polling"]["Requêtes"], 12, "une demi-douzaine de requêtes")
        self.assertGreater(rarely["polling"]["Manqués"], 10, "la plupart des prix n'ont jamais été vus")

    def test_break_2(self):
        self.server()
        default, closing = terminals = self.terminals_for(2)
        default.also_runs("./prise run 14 compare")
        closing.run("./prise run 14 compare --close")
        default, closing = self.compared(*terminals)
        self.mentions("Connection: close")
        self.assertEqual(closing["polling"]["Connexions"], closing["polling"]["Requêtes"])
        self.assertEqual([closing["long-polling"]["Connexions"], default["long-polling"]["Connexions"]], [20, 1])
        self.assertGreater(closing["long-polling"]["Envoyés"], default["long-polling"]["Envoyés"])

    def test_break_3(self):
        self.server()
        mute, first, second, third = self.terminals_for(4)
        mute.also_runs("nc 127.0.0.1 8765")
        self.asleep(mute, "poll")
        begin = guide.time.monotonic()
        self.mentions("nc", "-C", "\\r\\n", "\\n")
        for terminal, host in ((first, ["Host: moi"]), (second, [])):
            terminal.run("nc -C 127.0.0.1 8765")
            for line in ["GET /price HTTP/1.1", *host]:
                terminal.type(line)
            terminal.also_types("")
            terminal.waits_for("HTTP/1.1 200 OK" if host else "HTTP/1.1 400 Bad Request")
        self.quotes("Recommencez sans `Host` : 400.")
        third.also_runs("nc 127.0.0.1 8765")
        third.type("GET /price HTTP/1.1", says="Recommencez avec `nc` sans `-C` : 400 dès la première ligne")
        third.waits_for("HTTP/1.1 400 Bad Request")
        self.quotes("si vous ne tapez rien pendant dix secondes, le serveur raccroche")
        mute.key("D")  # where nothing is typed any more, nc ends with the connection
        mute.ends()
        self.assertGreater(guide.time.monotonic() - begin, 9)


guide.main(Lesson14)
