import guide


class Lesson16(guide.Claims):
    number = "16"

    def server(self, server=None):
        """One that listens: it serves one client."""
        server = server or self.terminal("server")
        server.also_runs("./prise run 16 server").waits_for("Serveur en écoute")
        return server

    def test_lancer(self):
        server, client = self.terminals_for(2)
        server.run("./prise run 16 server").waits_for("Serveur en écoute")
        client.run("./prise run 16 client").waits_for("Réponse : Bien reçu !")
        client.ends()
        server.ends(says="le serveur, qui ne sert qu'un client")
        self.quotes("Relancez le serveur pour chaque client ; celui-ci coupe son message en deux")
        self.server(server)
        client.run("./prise run 16 client --fragments Noël").waits_for("Réponse : Bien reçu !")
        server.waits_for("Ce n'est qu'un fragment : la suite vient.")
        server.waits_for("Message reçu : Noël")
        client.ends()

    def test_tool(self):
        tool = self.terminal()
        tool.run("./prise run 16 frames 8185 37fa213d 7f9f4d5158").waits_for("contenu   « Hello »")
        tool.ends()
        tool.also_runs("printf '\\x81\\x05Hello' > enregistrement").ends()
        tool.run("./prise run 16 frames --file enregistrement").waits_for("contenu   « Hello »")
        tool.ends()
        tool.run("printf '\\x89\\x00' | ./prise run 16 frames").waits_for("contrôle : Ping")
        tool.ends()
        tool.also_runs("./prise run 16 frames --from client 8100")
        self.quotes("`--from client` et `--from server` vérifient aussi le masque")
        tool.waits_for("un client doit masquer")
        tool.ends(1)
        tool.also_runs("./prise run 16 frames --from server 8180 00000000").waits_for("un serveur ne doit masquer aucune")
        tool.ends(1)

    def test_exercise(self):
        server, client = self.terminals_for(2)
        self.solves()
        server.run("./prise run 16 exercise").waits_for("Serveur en écoute sur le port 8765...")
        client.run("./prise run 16 client", says="`./prise run 16 client`, ou")
        server.waits_for("Trame : FIN 1, opcode 1, 9 octets")
        server.waits_for("Trame : FIN 1, opcode 8, 2 octets")
        client.ends()
        client.run("./prise run 16 exercise --connect Bonjour").waits_for("Reçu : Bonjour")
        client.ends()

    def test_break_1(self):
        server = self.server()
        client = self.terminal()
        longer = "./prise run 16 client --key 37fa213d $(printf 'x%.0s' $(seq 126))"
        client.run(longer).waits_for("Trame envoyée : 81 fe 00 7e")
        self.quotes("La trame ne commence plus par `81 85`, mais par `81 fe 00 7e` : `fe`, c'est MASK et 126")
        client.ends()
        server.ends()
        self.server(server)
        self.quotes("Avec `seq 125` (et un serveur relancé), tout tient encore dans l'octet : `81 fd`")
        client.also_runs(longer.replace("seq 126", "seq 125"))
        client.waits_for("Trame envoyée : 81 fd")
        client.ends()

    def test_break_2(self):
        line = "apply_mask(frame.payload, *frame.key);"
        self.quotes(f"Dans `codec.hpp`, à la fin de `decode`, enlevez la ligne `{line}`")
        self.edits("server", [("codec.hpp", f"    {line}\n  }}\n  return frame;", "  }\n  return frame;")])
        server, client = self.server(), self.terminal()
        client.run("./prise run 16 client --key 37fa213d Salut")
        server.sees("Message refusé : ce texte n'est pas de l'UTF-8 (RFC 6455 §8.1).")
        server.waits_for("Trame envoyée : 88 02 03 ef")
        self.quotes("et ferme avec `03 ef`, 1007")
        client.ends(1)

    def test_break_3(self):
        tool = self.terminal()
        tool.run("./prise run 16 frames 01 01 c3 80 01 a9").ends()
        self.quotes("un « é » dont chaque octet a sa trame, et tout va bien")
        tool.run("./prise run 16 frames 81 01 c3").sees("trame 1 interdite")
        tool.ends(1, says="et le statut de fin est 1")


guide.main(Lesson16)
