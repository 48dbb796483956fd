"""The terminal client, and TLS. Usage: terminal_test.py [NAME...]: those tests, or all."""
import asyncio
import json
import os
import random
import shutil
import ssl
import subprocess
import sys
import tempfile
import urllib.request
from types import SimpleNamespace

import websockets

from chat_server import CLIENT, SERVER, Client, Server, run, within
from notes_client import NotesClient


class Terminal:
    """The terminal client: types a line once what came before has been shown."""

    @classmethod
    async def start(cls, server, user, *options):
        self = cls()
        self.process = await asyncio.create_subprocess_exec(
            CLIENT, "--host", server.host, "--port", str(server.port), user, *options, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        return self

    async def shows(self, *texts):
        for text in texts:
            while text not in (line := (await within(self.process.stdout.readline())).decode()):
                assert line, f"{text!r} was not shown"

    async def type(self, line, *texts):
        self.process.stdin.write((line + "\n").encode())
        await self.shows(*texts)

    async def end(self):
        self.process.stdin.close()
        await within(self.process.stdout.read())
        assert await within(self.process.wait()) == 0


async def test_terminal():
    """The client of the terminal, with our server and with the lab's."""
    with Server("--memory", "--rate", "0") as server:
        zoe = await (await Client.connect(server)).login("Zoé")
        await zoe.say("déjà là")
        luc = await Terminal.start(server, "Luc")
        await luc.shows("Salons : general\n", "Bienvenue", "Dans « general » : Zoé, Luc", "Zoé: déjà là")
        await luc.type("Salut", "Luc: Salut")
        await zoe.wait("message", text="Salut")
        await luc.type("/create_room tp", "Salons : general, tp")
        await luc.type("/join_room tp", "Dans « tp » : Luc")
        await luc.type("ici", "Luc: ici")
        await luc.type("/nope", "Commande inconnue : /nope")
        await luc.type("/join_room x", "Ce salon n'existe pas.")
        await luc.type("/login Zoé", "pseudo invalide")
        await luc.type("/trames")
        await luc.type("vu ?", "serveur → FIN=1 opcode=0x1 MASK=0")
        await server.stop()
        await luc.shows("Connexion perdue (1001)")
        await luc.end()
    here = os.path.dirname(os.path.abspath(__file__))
    lab = subprocess.Popen([sys.executable, os.path.join(here, "lab_server.py")], stdout=subprocess.PIPE, text=True)
    try:
        port = int(lab.stdout.readline())
        old = await NotesClient.connect("127.0.0.1", port)
        await old.receive()
        await old.login("Zoé")
        await old.receive()
        luc = await Terminal.start(SimpleNamespace(host="127.0.0.1", port=port), "Luc")
        await luc.shows("Salons : general\n", "Bienvenue")
        await luc.type("Salut", "Luc: Salut")
        assert await within(old.receive()) == "Luc: Salut"
        await luc.type("/create_room tp", "Salons : general, tp")
        await luc.type("/join_room tp")
        await luc.type("ici", "Luc: ici")
        await luc.end()
        await old.close()
    finally:
        lab.terminate()
        lab.communicate()


async def test_tls():
    """--tls: the page over https, the chat over wss, and a client that believes nobody else's certificate."""
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
        with Server("--memory", "--tls", "--certificate", certificate, "--key", key, schemes=("wss", "https")) as server:
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
        await luc.shows("Bienvenue", *(f"Zoé: numéro {number}\n" for number in range(60)))
        await luc.type("deux", "Luc: deux")
        await luc.end()
        await zoe.close()


if __name__ == "__main__":
    run({name.removeprefix("test_"): one for name, one in globals().items() if name.startswith("test_")}, sys.argv[1:])
