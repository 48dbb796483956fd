"""Bad days of the chat's server. Usage: faults_test.py [NAME...]: those tests, or all."""
import asyncio
import contextlib
import errno
import json
import os
import random
import resource
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

import websockets

from chat_server import PATIENCE, Client, Server, frame, raw_client, run, within
from notes_client import NotesClient


def health(server):
    with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/health", timeout=PATIENCE) as answer:
        return json.loads(answer.read())


def wait_for_health(server, status):
    """It is told anew each second."""
    deadline = time.monotonic() + PATIENCE
    while (seen := health(server)["status"]) != status:
        assert time.monotonic() < deadline, f"/health still says {seen}, not {status}"
        time.sleep(0.05)


async def whole_history(client):
    """What was said in `general`, by its id."""
    said, more = {}, True
    while more:
        await client.send("get_history", after=max(said, default=0), limit=100)
        page = await client.wait("history", after=max(said, default=0))
        said.update((one["id"], one["text"]) for one in page["messages"])
        more = page["more"]
    return said


async def test_kill():
    """What came back with an id is there after kill -9, whenever it comes; and ids go on from there."""
    with Server("--rate", "0") as server:
        acknowledged = {}

        async def hear(client):
            said = await client.wait("message")
            assert said["id"] not in acknowledged, f"{said} has the id of another message"
            acknowledged[said["id"]] = said["text"]

        for life in range(5):
            zoe = await (await Client.connect(server)).login("Zoé")
            for number in range(120):
                await zoe.send("send_message", message=f"{life}-{number}")
            for number in range(random.randint(1, 60)):
                await hear(zoe)
            await server.stop(signal.SIGKILL)
            with contextlib.suppress(websockets.ConnectionClosed):  # what it had sent before it died counts too
                while True:
                    await hear(zoe)
            server.start()
        zoe = await (await Client.connect(server)).login("Zoé")
        said = await whole_history(zoe)
        assert sorted(said) == list(range(1, len(said) + 1))
        lost = {one: text for one, text in acknowledged.items() if said.get(one) != text}
        assert not lost and len(acknowledged) >= 5, lost
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
            assert " - ERROR - " not in await console, await console
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


class SmallDisk:
    """A disk of its own, in memory and of 512 KiB: tmpfs(5). What fills it is a file beside the server's."""

    error = "database or disk is full"

    def __init__(self, folder):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", folder], check=True)
        self.data, self.ballast = folder, os.path.join(folder, "ballast")

    def fill(self, _):
        with open(self.ballast, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError as error:
                assert error.errno == errno.ENOSPC, error

    def empty(self, _):
        os.remove(self.ballast)


class ShortFiles:
    """Where nothing may be mounted: the server's files may not grow, which is EFBIG instead of ENOSPC."""

    error = "disk I/O error"
    data = None

    def fill(self, server):
        size = os.path.getsize(os.path.join(server.data, "chat.db-wal"))
        self.before = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, self.before[1]))

    def empty(self, server):
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, self.before)


async def fill_and_empty(disk):
    with Server("--rate", "0", data=disk.data) as server:
        zoe = await (await Client.connect(server)).login("Zoé")
        luc = await (await Client.connect(server)).login("Luc")
        await zoe.say("avant")
        disk.fill(server)
        for number in range(5):
            await zoe.send("send_message", message="x" * 2000, ref=str(number))
            assert (await zoe.wait("message", ref=str(number)))["id"] is None
            await zoe.expect("error", code="not_saved", ref=str(number))
            assert (await luc.wait("message", ref=str(number)))["id"] is None
        await zoe.send("create_room", room="tp", ref="tp")  # as good as any, until the server ends
        await zoe.wait("rooms", rooms=["general", "tp"])
        await zoe.expect("error", code="not_saved", ref="tp")
        assert await whole_history(luc) == {1: "avant"}
        wait_for_health(server, "degraded")
        disk.empty(server)
        assert (await zoe.say("de nouveau"))["id"] == 2
        wait_for_health(server, "ok")
        await zoe.close()
        await luc.close()
        console = await server.stop()
        assert console.count("ne s'écrit pas") == 1 and console.count("s'écrit de nouveau") == 1, console
        assert f"({disk.error})" in console, console
        server.start()
        zoe = await (await Client.connect(server)).login("Zoé")
        assert await whole_history(zoe) == {1: "avant", 2: "de nouveau"}
        await zoe.close()


async def test_disk_full():
    """The disk fills up under the server, and is emptied: the chat goes on, then the history does."""
    if "PRISE_SMALL_DISK" in os.environ:  # as below
        return await fill_and_empty(SmallDisk(os.environ["PRISE_SMALL_DISK"]))
    # A mount that nobody else sees, and that ends with the program: unshare(1), user_namespaces(7).
    alone = ["unshare", "--map-root-user", "--mount"]
    with tempfile.TemporaryDirectory(prefix="prise-chat-disk-") as folder:
        mount = [*alone, "mount", "-t", "tmpfs", "tmpfs", folder]
        if shutil.which("unshare") and subprocess.run(mount, stderr=subprocess.DEVNULL).returncode == 0:
            subprocess.run([*alone, sys.executable, os.path.abspath(__file__), "disk_full"], check=True,
                           env={**os.environ, "PRISE_SMALL_DISK": folder})
            return
    print("no disk of our own on this machine (unshare): files that may not grow, EFBIG instead of ENOSPC")
    await fill_and_empty(ShortFiles())


class MovedClock:
    """The time of day as the server is told it: moved_clock.cpp."""

    def __init__(self):
        self.file = tempfile.NamedTemporaryFile(prefix="prise-chat-clock-")
        self.move(0)
        # A space in a path would be the end of it (ld.so(8), LD_PRELOAD).
        self.folder = tempfile.TemporaryDirectory(prefix="prise-chat-clock-")
        module = shutil.copy(os.environ["PRISE_CHAT_CLOCK"], self.folder.name)
        self.environment = {"LD_PRELOAD": module, "PRISE_MOVED_CLOCK": self.file.name}

    def move(self, seconds):
        os.pwrite(self.file.fileno(), struct.pack("=q", seconds), 0)


async def test_clock():
    """The clock is set back by a year under the server, which is then started anew: what is said later has greater
    ids and comes later all the same, and nobody waits for a year."""
    year = 365 * 24 * 3600
    clock = MovedClock()
    with Server(environment=clock.environment) as server:
        zoe = await (await Client.connect(server)).login("Zoé")
        luc = await (await Client.connect(server)).login("Luc")
        await zoe.expect("joined", user="Luc")
        times = []

        async def say(text):
            await zoe.send("send_message", message=text)
            for one in (zoe, luc):  # and no error: the allowance is no matter of the time of day
                said = await one.expect("message", text=text, id=len(times) + 1)
            times.append(said["time"])

        for number in range(10):
            await say(f"{number}")
        clock.move(-year)
        for number in range(10, 20):
            await say(f"{number}")
        assert times[10] < times[9] - (year - PATIENCE) * 1000, "the server's clock has not moved"
        while (await luc.wait("activity"))["rooms"].get("general") != 20:
            pass
        expected = {number + 1: f"{number}" for number in range(20)}
        assert await whole_history(luc) == expected
        await luc.close()
        await server.stop()
        clock.move(-2 * year)
        server.start()
        zoe = await (await Client.connect(server)).login("Zoé")
        assert [one["id"] for one in zoe.history["messages"]] == list(range(1, 21))
        luc = await (await Client.connect(server)).login("Luc")
        await zoe.expect("joined", user="Luc")
        await say("20")
        assert times[20] < times[19] - (year - PATIENCE) * 1000
        clock.move(+year)
        await say("21")
        expected |= {21: "20", 22: "21"}
        assert await whole_history(zoe) == expected
        await luc.close()
        await zoe.close()


async def test_console():
    """A server that has much to say waits for nobody: its log has it all, its console what was read in time."""
    with Server("--memory", "--rate", "0") as server:
        zoe = await (await Client.connect(server)).login("Zoé")
        for number in range(30):
            luc = await Client.connect(server)
            for _ in range(49):
                await luc.send("login", user="Zoé", version=1)
            await luc.send("login", user=f"Luc {number}", version=1)
            await luc.wait("welcome")
            await luc.close()
        await zoe.wait("left", user="Luc 29")
        await zoe.say("toujours là")
        console = await server.stop()
        assert server.log().count("pseudo 'Zoé' déjà pris") == 30 * 49
        assert console and set(console.splitlines()) <= set(server.log().splitlines())


async def test_burst():
    """What one client sends at once makes more than a queue may hold; those who read it are not sent away."""
    with Server("--memory", "--rate", "0") as server:
        zoe = await (await Client.connect(server)).login("Zoé")
        with raw_client(server, "vif") as hasty:
            texts = ['{"action":"create_room","room":"%s%d"}' % ("🙂" * 28, number) for number in range(10, 99)]
            hasty.sendall(b"".join(frame(one.encode()) for one in texts))
            while len((await zoe.wait("rooms"))["rooms"]) < 90:
                pass
        await zoe.say("toujours là")
        assert "trop lent" not in server.log()


async def test_never_reads():
    """Who never reads holds nobody up, and is sent away; who reads at last learns why."""
    with Server("--memory", "--rate", "0") as server:
        zoe = await (await Client.connect(server)).login("Zoé")

        def sent_away():
            return server.log().count("Client renvoyé (1013 trop lent)")

        with raw_client(server, "muet", 4096):  # asks for nothing; the others talk
            await zoe.wait("joined", user="muet")
            said = 0
            while sent_away() == 0:
                for _ in range(8):
                    await zoe.send("send_message", message="🙂" * 2000, ref=str(said))
                for _ in range(8):
                    await zoe.wait("message", ref=str(said))
                said += 8
                assert said < 5000, "nobody was sent away"
            await zoe.say("toujours là")
        with raw_client(server, "curieux", 4096) as curious:  # asks for more than the kernel's buffers hold
            await zoe.wait("joined", user="curieux")
            curious.sendall(frame(b'{"action":"get_history"}') * 200)
            deadline = time.monotonic() + PATIENCE
            while sent_away() == 1:
                assert time.monotonic() < deadline, "nobody was sent away"
                await asyncio.sleep(0.01)
            await zoe.say("toujours là")
            assert sent_away() == 2
            reason = "trop lent".encode()
            close = bytes([0x88, 2 + len(reason)]) + (1013).to_bytes(2, "big") + reason

            def read_all():
                curious.settimeout(PATIENCE)
                received = b""
                while not received.endswith(close) and (piece := curious.recv(1 << 20)):
                    received = (received + piece)[-100:]
                return received

            assert (await asyncio.to_thread(read_all)).endswith(close)
        await zoe.close()


if __name__ == "__main__":
    run({name.removeprefix("test_"): one for name, one in globals().items() if name.startswith("test_")}, sys.argv[1:])
