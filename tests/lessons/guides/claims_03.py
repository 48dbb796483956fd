import re

import guide


class Lesson03(guide.Claims):
    number = "03"

    def test_lancer(self):
        server, client = self.terminals_for(2)
        server.run("./prise run 03 server").waits_for("En attente d'un client...")
        client.run("./prise run 03 client").waits_for("Réponse du serveur : Bien reçu, merci !")
        server.ends()
        client.ends()
        server.run("./prise run 03 echo_server", says="# ou : echo_server").waits_for("Serveur en écoute")
        client.run("./prise run 03 echo_client", says="# ou : echo_client").waits_for("Réponse du serveur : L'été")
        client.ends()
        client.run("./prise run 03 echo_client 'Ça va ?'", says="Les deux clients acceptent un texte à vous.")
        client.waits_for("Réponse du serveur : Ça va ?")
        client.ends()
        server.key("C").ends(130, says="sert un client après l'autre, jusqu'à Ctrl-C")

    def test_exercise(self):
        self.solves()
        server, client = self.terminals_for(2)
        server.run("./prise run 03 exercise")
        self.asleep(server, "accept")
        client.run("printf 'ça alors\\n' | nc -N 127.0.0.1 9999").waits_for("ça alors\nTotal : 10 octets\n")
        client.ends()
        server.waits_for("Client 1 : ('127.0.0.1', …)\nClient 1 : 10 octets renvoyés\n")

    def test_figures(self):
        self.quotes("La phrase d'Alice fait 33 caractères et 39 octets")
        text = "L'été, l'écho répète : ça alors !"
        self.quotes(f"Réponse du serveur : {text}")
        self.assertEqual((len(text), len(text.encode())), (33, 39))

    def test_break_1(self):
        server, client = self.terminals_for(2)
        leaves = "head -c 5000000 /dev/zero | nc -N 127.0.0.1 9999 | head -c 1 | wc -c"
        server.run("./prise run 03 echo_server", says="Lancez `echo_server`").waits_for("Serveur en écoute")
        client.run(leaves).ends()
        server.sees("Connexion perdue avec …", says="Le serveur affiche `Connexion perdue avec …` et continue")
        server.key("C").ends(130)
        self.edit("echo_server", "echo_server.cpp", "1024 * 1024", "1")
        count = None
        while count != "1":  # or a few more, where the machine is too busy to pass the refusal on at once
            self.leaves_early(server, client)
            count = server.waits_for(re.compile(r"Connexion perdue avec .*, octets renvoyés : (\d+)\n"))[1]
            server.key("C").ends(130)
        self.mentions("Connexion perdue avec …, octets renvoyés : 1")
        self.edit("echo_server", "echo_server.cpp", "MSG_NOSIGNAL", "0")
        self.leaves_early(server, client)
        server.ends(141, says="il disparaît sans un message, tué par SIGPIPE")
        self.assertEqual(server.output(), "./prise run 03 echo_server\n")
        self.mentions("nc", "send")

    def leaves_early(self, server, client):
        server.also_runs("./prise run 03 echo_server").waits_for("Serveur en écoute")
        server.key("Z").ends(148, says="suspendez-le avec Ctrl-Z")
        client.run("./prise run 03 echo_client", says="lancez `echo_client` et arrêtez-le avec Ctrl-C")
        self.asleep(client, "recv")
        client.key("C").ends(130)
        server.run("fg")

    def test_break_2(self):
        server, client = self.terminals_for(2)
        self.edit("echo_client", "echo_client.cpp", '  net::checked(shutdown(server.fd(), SHUT_WR), "shutdown");\n', "",
                  says="Enlevez la ligne `shutdown` d'`echo_client.cpp`")
        server.also_runs("./prise run 03 echo_server").waits_for("Serveur en écoute")
        client.also_runs("./prise run 03 echo_client")
        self.deadlock(server, client, says="Le serveur attend la suite, le client attend la fin")
        self.assertEqual(client.output(), "", "le client reste muet")
        client.key("C").ends(130, says="Ctrl-C les délivre")
        server.waits_for("Octets renvoyés")

    def test_break_3(self):
        server, silent, client = self.terminals_for(3)
        server.run("./prise run 03 echo_server", says="Lancez `echo_server`").waits_for("Serveur en écoute")
        silent.run("nc 127.0.0.1 9999", says="puis `nc 127.0.0.1 9999` sans rien taper")
        self.asleep(server, "recv")
        client.run("./prise run 03 echo_client", says="puis `echo_client` dans un troisième terminal")
        self.asleep(client, "recv")
        self.asleep(server, "recv")
        self.assertEqual(client.output(), "", "Il attend")
        silent.key("C").ends(130, says="jusqu'à ce que vous arrêtiez `nc` avec Ctrl-C")
        client.waits_for("Réponse du serveur : L'été")
        client.ends()


guide.main(Lesson03)
