"""Bad days of the chat's server. Usage: faults_test.py [NAME...]: those tests, or all."""
import asyncio
import json
import os
import random
import resource
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import urllib.request
from types import SimpleNamespace

import websockets

from chat_server import CLIENT, PATIENCE, SERVER, Client, Server, run, within
from notes_client import NotesClient


def health(server):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/health", timeout=PATIENCE) as answer:
        return json.loads(answer.read())


async def test_kill():
    """What came back with an id is there after kill -9."""
    with Server("--rate", "0") as server:
        acknowledged = 0
        for life in range(3):
            zoe = await (await Client.connect(server)).login("Zoé")
            ids = [one["id"] for one in zoe.history["messages"]]
            assert not ids or ids[-1] >= acknowledged, (ids, acknowledged)
            for number in range(40):
                await zoe.send("send_message", message=f"{life}-{number}")
            for number in range(20):
                acknowledged = (await zoe.wait("message"))["id"]
            await server.stop(signal.SIGKILL)
            # What it had sent before it died counts too.
            try:
                while True:
                    data = await zoe.next()
                    acknowledged = data.get("id") or acknowledged
            except Exception:
                pass
            server.start()
        zoe = await (await Client.connect(server)).login("Zoé")
        assert zoe.activity["rooms"]["general"] >= acknowledged >= 60
        await zoe.close()


async def test_stop():
    """Ctrl-C and SIGTERM tell everyone 1001, and lose nothing that was sent before."""
    with Server("--rate", "0") as server:
        for how in (signal.SIGINT, signal.SIGTERM):
            zoe = await (await Client.connect(server)).login("Zoé")
            old = await NotesClient.connect("127.0.0.1", server.port)
            had = zoe.activity["rooms"]["general"]
            for number in range(200):
                await zoe.send("send_message", message=str(number), ref=str(number))
            await zoe.wait("message", ref="0")
            console = asyncio.create_task(server.stop(how))
            assert (await zoe.closed())[0] == 1001
            assert await old.receive() == ["general"] and await old.receive() is None
            assert old.websocket.close_code == 1001
            assert "Traceback" not in await console
            server.start()
            luc = await (await Client.connect(server)).login("Luc")
            assert luc.activity["rooms"]["general"] == had + 200, luc.activity
            await luc.close()


def as_nobody():
    if os.geteuid() == 0:
        os.setgid(65534)
        os.setuid(65534)


async def test_read_only():
    """A history that cannot be written is read; the chat goes on and says so in one line."""
    with Server() as server:
        zoe = await (await Client.connect(server)).login("Zoé")
        await zoe.say("avant")
        await zoe.close()
        await server.stop()
        os.remove(os.path.join(server.data, "server.log"))
        os.chmod(os.path.join(server.data, "chat.db"), 0o444)
        os.chmod(server.data, 0o555)
        server.before = as_nobody
        try:
            server.start()
            assert health(server)["status"] == "degraded"
            zoe = await (await Client.connect(server)).login("Zoé")
            assert [one["text"] for one in zoe.history["messages"]] == ["avant"]
            for _ in range(3):
                await zoe.send("send_message", message="après", ref="r")
                await zoe.expect("message", message="Zoé: après", id=None)
                await zoe.expect("error", code="not_saved", ref="r")
            await zoe.send("create_room", room="tp")
            await zoe.expect("rooms", rooms=["general", "tp"])
            await zoe.expect("error", code="not_saved")
            await zoe.close()
            console = await server.stop()
            assert console.count("chat.db ne s'écrit pas") == 1, console
        finally:
            os.chmod(server.data, 0o755)


async def test_disk_full():
    """The disk fills up under the server, and is emptied: the chat goes on, then the history does."""
    with Server("--rate", "0") as server:
        zoe = await (await Client.connect(server)).login("Zoé")
        luc = await (await Client.connect(server)).login("Luc")
        await zoe.say("avant")
        size = os.path.getsize(os.path.join(server.data, "chat.db-wal"))
        _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, hard))
        for number in range(5):
            await zoe.send("send_message", message="x" * 2000, ref=str(number))
            assert (await zoe.wait("message", ref=str(number)))["id"] is None
            await zoe.expect("error", code="not_saved", ref=str(number))
            assert (await luc.wait("message", ref=str(number)))["id"] is None
        await luc.send("get_history")
        assert [one["text"] for one in (await luc.wait("history"))["messages"]] == ["avant"]
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        assert (await zoe.say("de nouveau"))["id"] == 2
        await zoe.close()
        await luc.close()
        console = await server.stop()
        assert console.count("ne s'écrit pas") == 1 and console.count("s'écrit de nouveau") == 1, console


async def test_clock():
    """The last message comes from a clock that was far ahead: what follows has greater ids all the same."""
    with Server() as server:
        zoe = await (await Client.connect(server)).login("Zoé")
        await zoe.say("demain")
        await zoe.close()
        await server.stop()
        database = sqlite3.connect(os.path.join(server.data, "chat.db"))
        database.execute("UPDATE messages SET time = time + 86400000 * 365")
        database.commit()
        database.close()
        server.start()
        zoe = await (await Client.connect(server)).login("Zoé")
        assert (await zoe.say("aujourd'hui"))["id"] == 2
        await zoe.send("get_history")
        ahead, back = (await zoe.wait("history"))["messages"]
        assert [ahead["id"], back["id"]] == [1, 2] and ahead["time"] > back["time"]
        await zoe.close()


async def test_never_reads():
    """One that never reads holds nobody up; if it reads at last, it learns why it was sent away."""
    with Server("--memory", "--rate", "0") as server:
        slow = socket.socket()
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", server.port))
        slow.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                     b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
        login = b'{"action":"login","user":"lent"}'
        slow.sendall(bytes([0x81, 0x80 | len(login), 0, 0, 0, 0]) + login)
        zoe = await (await Client.connect(server)).login("Zoé")
        for number in range(40):
            await zoe.send("send_message", message="x" * 2000, ref=str(number))
        await zoe.wait("message", ref="39")
        # It asks for more than the kernel's buffers hold.
        page = b'{"action":"get_history"}'
        slow.sendall((bytes([0x81, 0x80 | len(page), 0, 0, 0, 0]) + page) * 200)
        sent = 0
        while "trop lent" not in server.log():
            await zoe.say("encore", ref=str(sent))
            sent += 1
            assert sent < 5000
        await zoe.say("toujours là")

        reason = "trop lent".encode()
        frame = bytes([0x88, 2 + len(reason)]) + (1013).to_bytes(2, "big") + reason

        def read_all():
            slow.settimeout(PATIENCE)
            received = b""
            while not received.endswith(frame) and (piece := slow.recv(1 << 20)):
                received = (received + piece)[-100:]
            return received

        assert (await asyncio.to_thread(read_all)).endswith(frame)
        slow.close()
        await zoe.close()


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
    if openssl is None:
        print("no command openssl: not tried")
        return
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
