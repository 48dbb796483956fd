import os

import guide


class Lesson18(guide.Claims):
    number = "18"
    long = ("test_break_1", "test_break_3", "test_exercise")

    def server(self, name="server"):
        server = self.terminal(name)
        server.run(f"./prise run 18 {name}").waits_for("en écoute")
        return server

    def test_lancer(self):
        server, client = self.server(), self.terminal()
        client.run("./prise run 18 client").waits_for("Réponse : Echo : Comment ça va ?")
        client.ends()
        client.run("""./prise run 18 client "L'été" "et vous ?\"""").waits_for("Réponse : Echo : et vous ?")
        client.ends()
        look = self.terminal()
        look.run("ls /proc/$(pgrep -x server)/task").ends()
        self.quotes("ne montre qu'un fil, quel que soit le nombre de clients")
        self.assertEqual(len(look.output().split()), 1)
        server.key("C").ends()

    def test_loops(self):
        server, listener, speaker = self.server("both"), self.terminal(), self.terminal()
        listener.run("./prise run 18 consumer")
        listener.waits_for("Message 1")
        speaker.run("./prise run 18 producer")
        server.waits_for("chemin /producer, ouvert : oui")
        server.waits_for("Message 1")
        for client in (listener, speaker):
            client.ends()

    def test_exercise(self):
        server, client = self.terminals_for(2)
        self.solves()
        server.run("./prise run 18 exercise --idle 1 --answer 1").waits_for("en écoute")
        client.run("./prise run 18 consumer")
        for _ in range(3):
            server.waits_for("Ping : ")
        client.key("Z").waits_for("Stopped")
        self.quotes("Ctrl-Z l'endort, et il est mort pour le serveur")
        server.waits_for("Client mort : ")
        server.waits_for("Fin : ")

    def test_break_1(self):
        server, mute, client = self.server(), self.terminal(), self.terminal()
        mute.run("nc localhost 8765", says="puis `nc localhost 8765` dans un second terminal, sans rien taper")
        begin = guide.time.monotonic()
        client.run("./prise run 18 client", says="et `./prise run 18 client` dans un troisième")
        client.waits_for("Réponse : Echo : Bonjour !")
        client.ends(says="le client est servi aussitôt")
        self.assertEqual(os.listdir(f"/proc/{self.process('server')}/task"), [str(self.process("server"))])
        self.quotes("au bout de 10 secondes, le serveur raccroche (tapez Entrée, et `nc` s'en aperçoit)")
        self.eventually("the server hangs up", lambda: self.states_at(8765) == {"08"})
        self.assertGreater(guide.time.monotonic() - begin, 9)
        mute.also_types("")
        mute.status()

    def states_at(self, port):
        """The states of the connections to this port, seen from the client: proc_net_tcp(5)."""
        with open("/proc/net/tcp", encoding="ascii") as file:
            rows = [row.split() for row in file]
        return {row[3] for row in rows if row[2].endswith(f":{port:04X}") and row[3] != "06"}

    def test_break_2(self):
        server, client = self.server("both"), self.terminal()
        client.run("./prise run 18 consumer --count 100").waits_for("Message 1\n")
        server.key("C").ends(says="Faites Ctrl-C chez le serveur")
        client.ends(says="le client se termine aussi, tout de suite")
        self.mentions("receive")

    def test_break_3(self):
        server, first, second = self.terminals_for(3)
        received = '    say("Reçu : {}", message->bytes);\n'
        includes = '#include <string>\n'
        self.quotes("Ajoutez `sleep(5);` (de `<unistd.h>`) dans la boucle de `handle_client`, et lancez deux clients")
        self.edits("server", [("server.cpp", received, f"{received}    sleep(5);\n"),
                              ("server.cpp", includes, f"#include <unistd.h>\n{includes}")])
        server.also_runs("./prise run 18 server").waits_for("en écoute")
        first.also_runs("./prise run 18 client")
        server.waits_for("Reçu : Bonjour !")
        process = self.process("server")
        self.eventually("it sleeps", lambda: guide.call_of(process) == "sleep")
        second.also_runs("./prise run 18 client")
        self.asleep(second, "epoll_wait")
        self.quotes("le second attend que le premier ait fini de dormir. `sleep` endort le fil, donc tout le monde.")
        self.assertEqual(server.output().count("Nouvelle connexion"), 1)
        server.waits_for("Nouvelle connexion")
        for one in (first, second, server):
            one.key("C").status()

        waits = "co_await drivers::coroutines::sleep_for(std::chrono::seconds(5));"
        self.quotes(f"Remplacez-le par `{waits}` : chacun n'attend plus que pour soi.")
        self.edits("server", [("server.cpp", "    sleep(5);\n", f"    {waits}\n")])
        server.also_runs("./prise run 18 server").waits_for("en écoute")
        first.also_runs("./prise run 18 client")
        server.waits_for("Reçu : Bonjour !")
        second.also_runs("./prise run 18 client")
        server.waits_for("Reçu : Bonjour !")
        self.eventually("it waits for both", lambda: guide.call_of(self.process("server")) == "epoll_wait")
        for one in (first, second):
            one.waits_for("Réponse : Echo : Bonjour !")


guide.main(Lesson18)
