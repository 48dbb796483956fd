import socket

import guide


class Lesson17(guide.Claims):
    number = "17"  # the pages: tests/browser/page_test.mjs

    def server(self, name="server", *options):
        server = self.terminal(name)
        server.also_runs(" ".join((f"./prise run 17 {name}", *options))).waits_for("en écoute")
        return server

    def test_lancer(self):
        server, client = self.terminals_for(2)
        server.run("./prise run 17 server").waits_for("Serveur WebSocket en écoute sur ws://localhost:8765")
        client.run("./prise run 17 client").waits_for("Réponse : Echo : Comment ça va ?")
        client.ends()
        client.run("""./prise run 17 client "L'été" "et vous ?\"""").waits_for("Réponse : Echo : et vous ?")
        client.ends()
        server.key("C").ends()
        server.run("./prise run 17 once_server").waits_for("en écoute")
        client.also_runs("curl -s http://localhost:8765/").waits_for("alert(")
        self.quotes("l'autre page des notes, celle qui ouvre une alerte")
        client.ends()
        server.key("C").ends()
        server.also_runs("./prise run 17 echo_server").waits_for("en écoute")
        client.run("./prise run 17 echo_client ws://localhost:8765/")
        self.deadlock(client, says="face à `echo_server`, chacun attend que l'autre commence")
        client.key("C").status()

    def test_exercise(self):
        server, client = self.terminals_for(2)
        self.solves()
        server.run("./prise run 17 exercise").waits_for("en écoute")
        client.run("./prise run 17 client").waits_for("Réponse : ")
        client.ends()
        server.waits_for("Fin : 1000")

    def test_hundred(self):
        server = self.server()
        self.quotes("Cent clients au plus ; les autres attendent dans la file du noyau.")
        asks = ("GET / HTTP/1.1\r\nHost: moi\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n").encode()
        clients = []
        for _ in range(101):
            clients.append(socket.create_connection(("127.0.0.1", 8765), guide.PATIENCE))
            self.addCleanup(clients[-1].close)
            clients[-1].sendall(asks)
            if len(clients) <= 100:
                self.assertTrue(clients[-1].recv(4096).startswith(b"HTTP/1.1 101"))
                server.waits_for("Nouvelle connexion")
        self.eventually("one waits in the kernel's queue", lambda: self.waiting_at(8765) == 1)
        self.assertEqual(server.output().count("Nouvelle connexion"), 100)
        clients[0].close()
        self.assertTrue(clients[100].recv(4096).startswith(b"HTTP/1.1 101"))

    def waiting_at(self, port):
        """How many the listener has not accepted yet: proc_net_tcp(5)."""
        with open("/proc/net/tcp", encoding="ascii") as file:
            rows = [row.split() for row in file]
        return next(int(row[4].split(":")[1], 16) for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}"))

    def test_break_1(self):
        server, curl = self.server("echo_server"), self.terminal()
        self.quotes("Lancez `echo_server`, qui n'a pas de page")
        curl.run("curl -i http://localhost:8765/").sees("426 Upgrade Required")
        curl.sees("Sec-WebSocket-Version: 13")
        curl.ends()
        server.key("C").ends()
        self.server("server")
        self.quotes("Avec `server`, la même commande rend la page.")
        curl.run("curl -i http://localhost:8765/").waits_for("200 OK")
        curl.waits_for("</html>")

    def test_break_2(self):
        server, curl = self.server(), self.terminal()
        self.quotes("Lancez `server`")
        asks = ("curl -i -H 'Origin: https://example.com' -H 'Connection: Upgrade' -H 'Upgrade: websocket' "
                "-H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==' http://localhost:8765/")
        curl.run(asks).sees("403", says=": 403.")
        curl.ends()
        self.quotes("Enlevez l'`Origin` : 101, et `Nouvelle connexion` chez le serveur (Ctrl-C pour finir)")
        curl.also_runs(asks.replace("-H 'Origin: https://example.com' ", "")).waits_for("101 Switching Protocols")
        server.waits_for("Nouvelle connexion")
        curl.key("C").ends(130)

    def test_break_3(self):
        server, client = self.terminals_for(2)
        server.run("./prise run 17 echo_server --limit 10").waits_for("en écoute")
        client.run('./prise run 17 client "un texte trop long"')
        client.sees("Erreur : le serveur a fermé la connexion, code 1009.")
        client.ends(1)


guide.main(Lesson17)
