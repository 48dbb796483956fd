import re
import shutil
import unittest

import guide


class Lesson20(guide.Claims):
    number = "20"  # the page: tests/browser/wss_test.mjs

    def others(self, command):
        """The guide's command, with a folder of this test's own for /tmp/autres."""
        self.mentions(command)
        return command.replace("/tmp/autres", f"{self.home}/autres")

    def test_lancer(self):
        server, client = self.terminals_for(2)
        server.run("./prise run 20 server").waits_for("Serveur WebSocket en écoute sur wss://localhost:8765")
        client.run("./prise run 20 client").waits_for("Réponse : Echo : Comment ça va ?")
        client.ends()
        client.run("./prise run 20 certificates DOSSIER").ends()
        self.quotes("en fait d'autres où vous voulez")
        client.also_runs("openssl x509 -in DOSSIER/serveur.pem -noout -text").ends()
        self.quotes("un certificat pour `localhost`, `127.0.0.1` et `::1`, valable trente jours")
        for name in ("DNS:localhost", "IP Address:127.0.0.1", "IP Address:0:0:0:0:0:0:0:1"):
            self.assertIn(name, client.output())
        client.also_runs("openssl x509 -in DOSSIER/serveur.pem -noout -checkend $((29 * 86400))").ends()
        client.also_runs("openssl x509 -in DOSSIER/serveur.pem -noout -checkend $((31 * 86400))").ends(1)

    def test_exercise(self):
        server, client = self.terminals_for(2)
        self.solves()
        client.run("./prise run 20 certificates certificats").ends()
        server.run("./prise run 20 server --certificate certificats/serveur.pem --key certificats/serveur.key")
        server.waits_for("en écoute")
        client.run("./prise run 20 exercise < certificats/ca.pem").waits_for("Connecté à localhost.")
        client.waits_for("Réponse : HTTP/1.1 200 OK")
        client.ends()
        client.run("./prise run 20 exercise --name ailleurs.example < certificats/ca.pem")
        client.waits_for("Refusé : le certificat est à un autre nom.")
        client.ends(1)

    @unittest.skipUnless(shutil.which("strace"), "strace is not here")
    def test_break_1(self):
        server, client = self.terminals_for(2)
        self.quotes("Lancez le serveur")
        server.also_runs("./prise run 20 server").waits_for("en écoute")
        client.run("strace -f -e trace=network -s 400 ./build/quick/lessons/20_wss_tls/client").ends()
        calls = re.findall(r"(?:send|recv).*", client.output())
        self.quotes("d'abord le ClientHello, où `localhost` se lit encore (SNI), puis `\\27\\3\\3…`, et plus un mot")
        self.assertIn("localhost", next(line for line in calls if line.startswith("send")))
        self.assertTrue(any("\\27\\3\\3" in line for line in calls))
        self.assertFalse([line for line in calls if "Bonjour" in line])
        server.key("C").ends()
        server.also_runs("./prise run 18 server").waits_for("en écoute")
        client.run("strace -f -e trace=network -s 400 ./build/quick/lessons/18_ws_asio/client").ends()
        calls = re.findall(r"(?:send|recv).*Bonjour.*", client.output())
        self.quotes("la réponse, `Echo : Bonjour !`, s'y lit en clair, et la demande n'est que masquée")
        self.assertTrue(calls and all("Echo : Bonjour !" in line and line.startswith("recv") for line in calls), calls)

    def test_break_2(self):
        server = self.terminal()
        server.also_runs(self.others("./prise run 20 certificates /tmp/autres")).ends()
        server.also_runs(self.others("./prise run 20 server --key /tmp/autres/serveur.key"))
        self.quotes("« cette clé privée n'est pas celle du certificat »")
        server.waits_for("cette clé privée n'est pas celle du certificat")
        server.ends(1)

    def test_break_3(self):
        server, client = self.terminals_for(2)
        server.also_runs(f"./prise run 20 certificates {self.home}/autres").ends()
        server.also_runs(self.others("./prise run 20 server --certificate /tmp/autres/serveur.pem --key /tmp/autres/serveur.key"))
        server.waits_for("en écoute")
        client.run("./prise run 20 client").waits_for("le certificat du serveur est signé par une autorité inconnue")
        client.ends(1, says="et `./prise run 20 client` refuse")
        self.mentions("--ca /tmp/autres/ca.pem")
        client.also_runs(f"./prise run 20 client --ca {self.home}/autres/ca.pem").waits_for("Réponse : Echo : Bonjour !")
        client.ends()


guide.main(Lesson20)
