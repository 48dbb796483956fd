"""Bad days of the chat's server. Usage: faults_test.py [NAME...]: those tests, or all."""
import asyncio
import json
import os
import resource
import signal
import socket
import sqlite3
import sys
import urllib.request

from chat_server import PATIENCE, Client, Server, run, within
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
        while health(server)["status"] != "degraded":  # it is told anew each second
            pass
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


async def test_burst():
    """What one client sends at once makes more than a queue may hold; those who read it are not sent away."""
    with Server("--memory", "--rate", "0") as server:
        zoe = await (await Client.connect(server)).login("Zoé")
        with socket.create_connection(("127.0.0.1", server.port)) as hasty:
            hasty.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")
            texts = ['{"action":"login","user":"vif"}']
            texts += ['{"action":"create_room","room":"%s%d"}' % ("🙂" * 28, number) for number in range(10, 99)]
            burst = b""
            for text in (one.encode() for one in texts):
                length = bytes([0x80 | len(text)]) if len(text) < 126 else b"\xfe" + len(text).to_bytes(2, "big")
                burst += b"\x81" + length + bytes(4) + text
            hasty.sendall(burst)
            while len((await zoe.wait("rooms"))["rooms"]) < 90:
                pass
        await zoe.say("toujours là")
        assert "trop lent" not in server.log()


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


if __name__ == "__main__":
    run({name.removeprefix("test_"): one for name, one in globals().items() if name.startswith("test_")}, sys.argv[1:])
