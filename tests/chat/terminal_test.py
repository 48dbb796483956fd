"""The terminal client, and TLS. Usage: terminal_test.py [NAME...]: those tests, or all."""
import asyncio
import http
import json
import os
import pty
import random
import re
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import urllib.request

import websockets

from chat_server import SERVER, Client, LabServer, Server, run, within
from notes_client import NotesClient
from terminal import Relay, StandIn, Terminal


async def test_terminal():
    """With our server."""
    with Server("--memory", "--rate", "0") as server:
        zoe = await (await Client.connect(server)).login("Zoé")
        await zoe.say("déjà là")
        luc = await Terminal.start(server, "Luc")
        await luc.shows("Salons : general\n", "Bienvenue", "Dans « general » : Zoé, Luc", "Zoé: déjà là")
        await luc.type("Salut", "Luc: Salut")
        await zoe.wait("message", text="Salut")
        await zoe.say("deux\n12:00 Luc: lignes")
        await luc.shows("Zoé: deux\n", "      | 12:00 Luc: lignes\n")
        await luc.type("/create_room tp", "Salons : general, tp")
        await luc.type("/join_room tp", "Dans « tp » : Luc")
        await luc.type("ici", "Luc: ici")
        await luc.type("/history", "Rien de plus ancien.")
        await luc.type("/nope", "Commande inconnue : /nope")
        await luc.type("/join_room x", "Ce salon n’existe pas.")
        await luc.type("/login Zoé", "pseudo invalide (/login PSEUDO pour en essayer un autre)")
        await luc.type("/login Lucien", "Bienvenue", "Dans « tp » : Lucien")
        await luc.type("/trames")
        await luc.type("vu ?", "serveur → FIN=1 opcode=0x1 MASK=0")
        await luc.type("/aide", "/login PSEUDO")
        await server.stop()
        await luc.shows("Connexion perdue (1001). Nouvel essai dans 0.")
        await luc.type("perdu", "Pas connecté : rien n'est parti.")
        await luc.type("/quitter")
        await luc.end()


async def test_lab():
    """Every command with the lab's server, which knows four actions, checks no text, and says nothing of itself."""
    with LabServer() as lab:
        zoe = await NotesClient.connect(lab.host, lab.port)
        await zoe.login("Zoé")
        await zoe.shows(["general"], "Bienvenue")
        async with Relay(lab) as relay:
            luc = await Terminal.start(relay, "Zoé")
            await luc.shows("Salons : general\n", "pseudo invalide (/login PSEUDO pour en essayer un autre)")
            await luc.type("et moi ?", "veuillez choisir un pseudo avant de pouvoir chatter")
            await luc.type("/login Luc", "Bienvenue")
            await luc.type("Salut : toi", "Luc: Salut : toi")
            await zoe.shows("Luc: Salut : toi")
            await zoe.say("\x1b[2J\x1b]0;x\x07 \x9b2J\nLuc: je triche")
            await luc.shows("Zoé: \\x1b[2J\\x1b]0;x\\x07 \\u{009b}2J\n", "      | Luc: je triche\n")
            await luc.type("/create_room \x1btp", "Salons : general, \\x1btp\n")
            await luc.type("/create_room tp", "Salons : general, \\x1btp, tp\n")
            await luc.type("/join_room tp", "Salon demandé : « tp »")
            await luc.type("ici", "Luc: ici")
            await luc.type("/history", "Rien de plus ancien.")
            await luc.type("/frames", "Ce serveur ne montre pas ses trames.")
            await luc.type("/login Lucien", "Bienvenue")
            relay.cut()  # the lab's server still believes that he is there
            await luc.shows("Connexion perdue (1006)", "Salons : ", "Le serveur tient encore notre ancienne connexion")
            await luc.type("trop tôt", "Pas encore revenu : rien n'est parti.")
            relay.let_go()
            await luc.shows("Salons : ", "Bienvenue", "Salon demandé : « tp »")
            await luc.type("me revoilà", "Lucien: me revoilà")  # in that room
            await zoe.join_room("tp")
            await zoe.say("et toi ?")
            await luc.shows("Zoé: et toi ?")
            await luc.type("/quit")
            await luc.end()
            assert not any("\x1b" in line or "\x9b" in line for line in luc.shown)
        await zoe.close()


async def test_tls():
    """A certificate: the page over https, the chat over wss, and a client that believes nobody else's certificate."""
    openssl = shutil.which("openssl")
    assert openssl is not None, "the command openssl is missing: ./prise doctor"
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
        subprocess.run([openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key,
                        "-out", certificate], check=True, capture_output=True)
        without = subprocess.run([SERVER, "--tls", "--port", "0", "--data", os.path.join(folder, "empty")],
                                 capture_output=True, text=True)
        assert without.returncode == 2 and "cert.pem n'existe pas" in without.stderr
        with Server("--memory", "--certificate", certificate, "--key", key, schemes=("wss", "https")) as server:
            context = ssl.create_default_context(cafile=certificate)
            with urllib.request.urlopen(f"https://127.0.0.1:{server.port}/health", context=context) as answer:
                assert json.loads(answer.read())["status"] == "ok"
            zoe = Client(await within(websockets.connect(f"wss://127.0.0.1:{server.port}/", ssl=context)))
            await zoe.expect("rooms", rooms=["general"])
            await zoe.login("Zoé")
            luc = await Terminal.start(server, "Luc", "--tls", "--ca", certificate)
            await luc.shows("Bienvenue")
            await luc.type("chiffré", "Luc: chiffré")
            await zoe.wait("message", text="chiffré")
            await luc.end()
            stranger = await Terminal.start(server, "Max", "--tls")
            assert "Bienvenue" not in (await within(stranger.process.stdout.read())).decode()
            assert await within(stranger.process.wait()) == 1
            await zoe.close()


async def test_reconnect():
    """The terminal client comes back by itself after a restart, and misses nothing, and shows nothing twice."""
    # An address of its own: nobody takes its port meanwhile.
    host = "127." + ".".join(str(random.randint(1, 254)) for _ in range(3))
    with Server("--rate", "0", host=host) as server:
        luc = await Terminal.start(server, "Luc")
        await luc.shows("Dans « general » : Luc")
        await luc.type("un", "Luc: un")
        port = server.port
        await server.stop()
        server.start(port)
        zoe = await (await Client.connect(server)).login("Zoé")
        for number in range(60):
            await zoe.send("send_message", message=f"numéro {number}")
        await luc.shows("Bienvenue", "Zoé: numéro 59\n")
        await luc.type("deux", "Luc: deux")
        await luc.end()
        assert luc.shown_of("Zoé") == [f"numéro {number}" for number in range(60)], luc.shown
        assert luc.shown_of("Luc") == ["un", "deux"]
        await zoe.close()


async def test_returning():
    """The server has not noticed that he fell: he asks for his name again, and misses nothing of three pages."""
    with Server("--memory", "--rate", "0") as server:
        zoe = await (await Client.connect(server)).login("Zoé")
        await zoe.send("create_room", room="tp")
        await zoe.send("join_room", room="tp")
        await zoe.wait("history", room="tp")
        async with Relay(server) as relay:
            luc = await Terminal.start(relay, "Luc")
            await luc.type("/join_room tp", "Dans « tp » : Zoé, Luc")
            await luc.type("/trames")
            await luc.type("un", "Luc: un")
            relay.is_open = False
            relay.cut()
            await luc.shows("Connexion perdue (1006). Nouvel essai dans 0.")
            for number in range(250):
                await zoe.send("send_message", message=f"numéro {number}")
            await zoe.wait("message", text="numéro 249")
            relay.is_open = True
            await luc.shows("Le serveur tient encore notre ancienne connexion : le pseudo « Luc » sera redemandé.")
            relay.let_go()
            await luc.shows("Bienvenue", "Dans « tp » : Zoé, Luc", "Zoé: numéro 249\n")
            await luc.type("deux", "serveur ←", "Luc: deux")  # the frames are shown again
            await luc.end()
            assert luc.shown_of("Zoé") == [f"numéro {number}" for number in range(250)], luc.shown
            assert luc.shown_of("Luc") == ["un", "deux"]
            assert not any("pseudo invalide" in line or "déjà pris" in line for line in luc.shown), luc.shown
        await zoe.close()


async def test_taken():
    """Somebody else has his name now: after a minute or two of asking, it is his turn to find another."""
    with Server("--memory") as server:
        async with Relay(server) as relay:
            luc = await Terminal.start(relay, "Luc")
            await luc.shows("Dans « general » : Luc")
            relay.cut()
            await luc.shows("Le serveur tient encore notre ancienne connexion")
            clock = asyncio.get_running_loop().time
            begin = clock()
            assert "Le pseudo « Luc » reste pris : choisissez-en un autre (/login PSEUDO)." in await luc.next_line(patience=170)
            assert 60 <= clock() - begin
            assert server.log().count("pseudo 'Luc' déjà pris") == 9
            await luc.type("/login Lucien", "Bienvenue", "Dans « general » : Luc, Lucien")
            await luc.type("Salut", "Lucien: Salut")
            await luc.end()


def announced_seconds(line):
    return float(re.search(r"Nouvel essai dans (\d+\.\d) s\.", line)[1])


async def test_refused():
    """Servers that do not want us, or not now; and what answers is none."""
    async def is_full(websocket):
        await websocket.close(1013, "serveur complet")

    async with StandIn(is_full) as server:
        luc = await Terminal.start(server, "Luc")
        line = await luc.shows("Connexion perdue (1013) : serveur complet. Nouvel essai dans ")
        assert 5 <= announced_seconds(line) <= 10, line
        await luc.end()  # at once

    async def sends_away(websocket):
        await websocket.close(1008, "trop d'actions")

    async with StandIn(sends_away) as server:
        luc = await Terminal.start(server, "Luc")
        await luc.shows("Le serveur nous renvoie (1008) : trop d'actions.")
        await luc.end(status=1)

    async def forbids(*_):
        return http.HTTPStatus.FORBIDDEN, [], b""

    async with StandIn(is_full, process_request=forbids) as server:
        luc = await Terminal.start(server, "Luc")
        await luc.shows("Le serveur refuse la connexion (HTTP 403).")
        await luc.end(status=1)

    with Server("--memory") as server:
        async with Relay(server) as relay:
            relay.is_open = False
            luc = await Terminal.start(relay, "Luc")
            await luc.shows("Ce n'est pas un serveur WebSocket.")
            await luc.end(status=1)


async def test_leaving():
    """Who leaves while the client connects again does not come back."""
    shaking, may_shake = asyncio.Event(), asyncio.Event()
    connections = 0

    async def hangs_up(websocket):
        nonlocal connections
        connections += 1
        if connections == 1:
            await websocket.close(1001)
        await websocket.wait_closed()

    async def takes_its_time(*_):
        if connections >= 1:
            shaking.set()
            await may_shake.wait()

    async with StandIn(hangs_up, process_request=takes_its_time) as server:
        luc = await Terminal.start(server, "Luc")
        await luc.shows("Connexion perdue (1001)")
        await within(shaking.wait())
        await luc.type("/quit")
        await luc.type("/nope", "Commande inconnue")  # what was typed before has been read
        may_shake.set()
        await within(luc.process.wait())
        await luc.end()
        # Ctrl-C ends it at once, wherever it is: in a handshake, and in a conversation.
        shaking.clear()
        may_shake.clear()
        luc = await Terminal.start(server, "Luc")
        await within(shaking.wait())
        luc.process.send_signal(signal.SIGINT)
        await luc.end()
        assert luc.shown == [], luc.shown
        may_shake.set()
    with Server("--memory") as server:
        luc = await Terminal.start(server, "Luc")
        await luc.shows("Dans « general » : Luc")
        luc.process.send_signal(signal.SIGINT)
        await luc.end()
        assert len(luc.shown) == 3, luc.shown


async def test_overloaded():
    """A server that is too busy is left alone for five seconds at least, and then for ten."""
    clock, times = asyncio.get_running_loop().time, []

    async def is_full(websocket):
        times.append(clock())
        await websocket.close(1013, "serveur complet")

    async with StandIn(is_full) as server:
        luc = await Terminal.start(server, "Luc")
        announced = [announced_seconds(await luc.next_line(patience=60)) for _ in range(3)]
        waits = [later - earlier for earlier, later in zip(times, times[1:])]
        assert waits[0] >= 5 and waits[1] >= 10 and announced[2] >= 15, (waits, announced)
        assert all(wait >= said - 0.06 for wait, said in zip(waits, announced)), (waits, announced)
        begin = clock()
        await luc.end()
        assert clock() - begin < announced[2]  # who leaves does not wait for the next try


async def shown_on_a_screen(server, environment):
    """All that is shown on a terminal, until someone has said `fin`."""
    ours, theirs = pty.openpty()
    luc = await Terminal.start(server, "Luc", environment=environment, screen=theirs)
    os.close(theirs)
    luc.process.stdin.write("fin\n".encode())  # it goes after the login
    seen = b""
    while b"fin" not in seen:
        seen += await within(asyncio.to_thread(os.read, ours, 1 << 16))
    luc.process.stdin.close()
    await within(luc.process.wait())
    os.close(ours)
    return seen.decode()


async def test_colours():
    """Colours on a terminal, unless one asks for none; nowhere else."""
    with Server("--memory") as server:
        assert "\x1b[32mBienvenue\x1b[0m" in await shown_on_a_screen(server, {"NO_COLOR": ""})
        assert "\x1b" not in await shown_on_a_screen(server, {"NO_COLOR": "1"})
        luc = await Terminal.start(server, "Luc", environment={"NO_COLOR": ""})
        await luc.shows("Bienvenue\n")
        await luc.end()
        assert not any("\x1b" in line for line in luc.shown)


if __name__ == "__main__":
    run({name.removeprefix("test_"): one for name, one in globals().items() if name.startswith("test_")}, sys.argv[1:])
