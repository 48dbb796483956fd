"""The chat's server from outside. Usage: server_test.py all, or NAME..."""
import asyncio
import contextlib
import fcntl
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys

import websockets

from chat_server import FOLDER, PATIENCE, SCHEMA, SERVER, Client, LabServer, Server, actions_seen, raw_client, run, within
from notes_client import NotesClient, see_all_of_the_notes
from schema import Invalid


async def test_unchanged():
    """A client of the notes passes unchanged, from the lab's server to ours."""
    for server in (LabServer(), Server("--memory")):
        with server:
            await see_all_of_the_notes(server.host, server.port)


async def test_notes():
    """A client of the notes sees what the notes show, and not one frame more."""
    with Server("--memory") as server:
        zoe = await NotesClient.connect("127.0.0.1", server.port)
        assert await zoe.receive_exactly() == {"action": "rooms", "rooms": ["general"]}
        luc = await NotesClient.connect("127.0.0.1", server.port)
        assert await luc.receive_exactly() == {"action": "rooms", "rooms": ["general"]}
        refusal = {"action": "message", "message": "veuillez choisir un pseudo avant de pouvoir chatter"}
        for action in ({"action": "send_message", "message": "a"}, {"action": "create_room", "room": "a"},
                       {"action": "join_room", "room": "a"}, {"action": "nope"}):
            await luc.send(**action)
            assert await luc.receive_exactly() == refusal
        await zoe.login("Zoé")
        assert await zoe.receive_exactly() == {"action": "message", "message": "Bienvenue"}
        await zoe.send(action="send_message", message="personne ?")
        assert await zoe.receive_exactly() == {"action": "message", "message": "Zoé: personne ?"}
        for user in ("Zoé", "", " ", "x" * 21, "a:b", "a\u0007", None, 7):
            await luc.login(user)  # what was said before he had a name was not for him
            assert await luc.receive_exactly() == {"action": "message", "message": "pseudo invalide"}
        await luc.login("Luc")
        assert await luc.receive_exactly() == {"action": "message", "message": "Bienvenue"}
        await luc.send(action="send_message", message="<b>moi</b>\u2028\n".replace("\u2028", " "))
        for one in (zoe, luc):
            assert await one.receive_exactly() == {"action": "message", "message": "Luc: <b>moi</b> \n"}
        await zoe.send(action="create_room", room="tp")
        for one in (zoe, luc):
            assert await one.receive_exactly() == {"action": "rooms", "rooms": ["general", "tp"]}
        await zoe.send(action="join_room", room="tp")
        await zoe.send(action="send_message", message="dans tp")
        assert await zoe.receive_exactly() == {"action": "message", "message": "Zoé: dans tp"}
        await luc.send(action="send_message", message="dans general")
        assert await luc.receive_exactly() == {"action": "message", "message": "Luc: dans general"}
        await zoe.login("Zoë")  # the notes let one log in again, under another name
        assert await zoe.receive_exactly() == {"action": "message", "message": "Bienvenue"}
        await luc.login("Zoé")  # the old name is free
        assert await luc.receive_exactly() == {"action": "message", "message": "Bienvenue"}
        await luc.websocket.send(b'{"action": "send_message", "message": "binaire"}')
        assert await luc.receive_exactly() == {"action": "message", "message": "Zoé: binaire"}
        await luc.websocket.send("{")
        assert (await luc.receive_exactly())["code"] == "bad_json"
        address = luc.websocket.local_address
        await luc.close()
        await zoe.close()
        await server.stop()
        log = server.log()
        line = r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - %s$"
        for expected in (r"INFO - Login échoué : pseudo 'Zoé' déjà pris\.", r"ERROR - Erreur inattendue.*",
                         rf"INFO - Client déconnecté : \('127\.0\.0\.1', {address[1]}\)",
                         rf"INFO - Client supprimé : \('127\.0\.0\.1', {address[1]}\)"):
            assert re.search(line % expected, log, re.M), (expected, log)
        assert all(re.match(line % ".*", one) for one in log.splitlines())


async def test_version1():
    with Server("--memory") as server:
        zoe = await Client.connect(server)
        await zoe.login("Zoé")
        assert zoe.people["users"] == ["Zoé"] and zoe.history["messages"] == [] and not zoe.history["more"]
        luc = await (await Client.connect(server)).login("Luc")
        assert luc.people["users"] == ["Zoé", "Luc"] and luc.people["count"] == 2
        await zoe.expect("joined", room="general", user="Luc")
        await luc.send("send_message", message="Salut", ref="r1")
        for one in (zoe, luc):
            said = await one.expect("message", message="Luc: Salut", id=1, room="general", user="Luc", text="Salut",
                                    ref="r1")
        # The other rooms' news, at most once a second.
        await zoe.send("create_room", room="tp")
        await zoe.expect("rooms", rooms=["general", "tp"])
        await zoe.send("join_room", room="tp", ref="j")
        await zoe.expect("people", room="tp", users=["Zoé"])
        await zoe.expect("history", room="tp", messages=[])
        await luc.wait("left", room="general", user="Zoé")
        await luc.say("tout seul")
        while "general" not in (await zoe.wait("activity"))["rooms"]:
            pass
        await zoe.say("dans tp")
        # Another name, another room at once; a room that is not there is none.
        await luc.login("Lucien", room="tp")
        assert luc.welcome["room"] == "tp" and luc.history["messages"][0]["text"] == "dans tp"
        await luc.login("Lucien2", room="nulle part")
        assert luc.welcome["room"] == "tp" and luc.people["users"] == ["Zoé", "Lucien2"]
        await zoe.wait("joined", user="Lucien", room="tp")
        await zoe.wait("left", user="Lucien")
        await zoe.wait("joined", user="Lucien2")
        await luc.websocket.close()
        await zoe.wait("left", user="Lucien2")
        # A client of the notes is one of the people.
        old = await NotesClient.connect("127.0.0.1", server.port)
        await old.login("Ancien")
        await zoe.send("join_room", room="general")
        assert (await zoe.wait("people", room="general"))["users"] == ["Ancien", "Zoé"]
        assert [one["text"] for one in (await zoe.wait("history"))["messages"]] == ["Salut", "tout seul"]
        assert said["time"] > 1_700_000_000_000


async def test_errors():
    with Server("--memory", "--rooms", "3", "--rate", "0") as server:
        zoe = await (await Client.connect(server)).login("Zoé")
        luc = await Client.connect(server)
        for user, code in (("Zoé", "name_taken"), ("a:b", "bad_name"), ("é" * 21, "bad_name")):
            await luc.send("login", user=user, version=1, ref=code)
            await luc.expect("message", message="pseudo invalide")
            await luc.expect("error", code=code, ref=code)
        # A login that cannot be read is refused as the notes refuse one; who knows more is told more.
        for fields, code in (({}, None), ({"user": None}, None), ({"version": 1}, "bad_field"),
                             ({"user": "Léa", "version": "1"}, "bad_field"), ({"user": "Léa", "ref": 7}, "bad_field"),
                             ({"user": "Léa", "room": 7}, "bad_field"), ({"user": "Le\u0301a", "version": 1}, "bad_name")):
            await luc.send("login", **fields)
            await luc.expect("message", message="pseudo invalide")
            if code:
                await luc.expect("error", code=code)
        await luc.send("login", user=" Jean\u00a0 Luc ", version=1)
        await luc.wait("welcome", user="Jean Luc")
        await zoe.expect("joined", user="Jean Luc")
        for text, code in (
                ("[]", "bad_json"), ("}", "bad_json"), ('{"action":"nope"}', "unknown_action"),
                ('{"action":"send_message"}', "bad_field"), ('{"action":"send_message","message":" "}', "empty_message"),
                (json.dumps({"action": "send_message", "message": "é" * 2001}), "message_too_long"),
                ('{"action":"send_message","message":"\\u0000"}', "bad_message"),
                ('{"action":"create_room","room":""}', "bad_room"),
                (json.dumps({"action": "create_room", "room": "é" * 31}), "bad_room"),
                ('{"action":"create_room","room":"general"}', "room_exists"),
                ('{"action":"join_room","room":"nulle part"}', "unknown_room"),
                ('{"action":"get_history","room":"nulle part"}', "unknown_room")):
            await zoe.websocket.send(text)
            await zoe.expect("error", code=code)
        for room in ("tp \u00a0 réseau ", "🙂" * 30):  # a name is the same one wherever it is written
            await zoe.send("create_room", room=room)
            await zoe.expect("rooms")
        await zoe.send("join_room", room="tp \u00a0 réseau ")
        await zoe.wait("people", room="tp réseau")
        await zoe.send("get_history", room=" tp\tréseau", ref="h")
        await zoe.wait("history", room="tp réseau", ref="h")
        max_ = await (await Client.connect(server)).login("Max", room="tp  réseau ")
        assert max_.welcome["room"] == "tp réseau"
        await max_.close()
        await zoe.send("join_room", room="general")
        await zoe.wait("history", room="general")
        await zoe.send("create_room", room="trop")
        await zoe.expect("error", code="too_many_rooms")
        await zoe.say("🙂" * 2000)
        await luc.websocket.send("x" * 65537)
        assert (await luc.closed())[0] == 1009
        # One that goes on and on is sent away, and told why; what it does well in between does not change that.
        with contextlib.suppress(websockets.ConnectionClosed):
            for _ in range(100):
                await zoe.send("nope")
                await zoe.send("get_history", limit=1)
        assert await zoe.closed() == (1008, "trop de fautes")


async def test_limits():
    with Server("--memory", "--clients", "2", "--rate", "1") as server:
        zoe = await (await Client.connect(server)).login("Zoé")
        luc = await (await Client.connect(server)).login("Luc")
        third = await within(websockets.connect(f"ws://127.0.0.1:{server.port}"))
        assert await Client(third).closed() == (1013, "serveur complet")
        with contextlib.ExitStack() as turned_away:  # they never answer the server's close: that takes nobody's place
            for number in range(3):
                turned_away.enter_context(raw_client(server, f"Muet {number}"))
            while server.log().count("serveur complet") < 4:
                await asyncio.sleep(0)
            await luc.close()
            while server.log().count("Client supprimé") < 2:
                await asyncio.sleep(0)
            luc = await (await Client.connect(server)).login("Luc")
        with contextlib.suppress(websockets.ConnectionClosed):
            for number in range(200):  # 40 at once with the login, then one a second
                await zoe.send("send_message", message=str(number), ref=str(number))
        refused = await zoe.wait("error", code="too_fast")
        assert 0 < refused["retry_after"] <= 1001 and int(refused["ref"]) >= 39
        await luc.wait("message", text="38")
        with contextlib.suppress(websockets.ConnectionClosed):  # those who insist are sent away
            while True:
                await zoe.send("send_message", message="encore")
                await asyncio.sleep(0)  # she reads, too: the server waits five seconds for her answer to its close
        assert await zoe.closed() == (1008, "trop d'actions")


async def test_history():
    with Server("--rate", "0") as server:
        zoe = await (await Client.connect(server)).login("Zoé")
        for number in range(1, 231):
            await zoe.send("send_message", message=f"numéro {number}", ref=f"r{number}")
        for number in range(1, 231):
            await zoe.wait("message", id=number)
        first_id = zoe.welcome["history_id"]
        for how_many_lives in range(2):
            luc = await (await Client.connect(server)).login("Luc")
            assert luc.welcome["history_id"] == first_id and luc.activity["rooms"]["general"] == 230
            assert [one["id"] for one in luc.history["messages"]] == list(range(181, 231)) and luc.history["more"]
            assert luc.history["messages"][0]["text"] == "numéro 181"
            assert luc.history["messages"][0]["ref"] == "r181"
            back = []
            while True:
                before = back[0] if back else 231
                await luc.send("get_history", before=before, limit=1000, ref="p")
                page = await luc.wait("history", before=before, ref="p", room="general")
                assert len(page["messages"]) <= 100
                back = [one["id"] for one in page["messages"]] + back
                if not page["more"]:
                    break
            assert back == list(range(1, 231))
            forward = [0]
            while True:
                await luc.send("get_history", after=forward[-1])
                page = await luc.wait("history", after=forward[-1])
                forward += [one["id"] for one in page["messages"]]
                if not page["more"]:
                    break
            assert forward == list(range(0, 231))
            await luc.send("join_room", room="general")
            await luc.wait("people")
            await luc.wait("history")
            await server.stop()
            assert (await luc.closed())[0] == 1001
            server.start()
        assert (await zoe.closed())[0] == 1001


async def test_console():
    """A console that takes nothing (Ctrl-S, a pipe that nobody reads) holds nobody up; server.log has every line."""
    unread, console = os.pipe()
    fcntl.fcntl(console, fcntl.F_SETPIPE_SZ, 4096)
    with Server("--memory", "--rate", "0", before=lambda: os.dup2(console, 2)) as server:
        for _ in range(2):
            luc = await Client.connect(server)
            for _ in range(40):
                await luc.send("login", user="a:b")
                await luc.expect("message", message="pseudo invalide")
        assert server.log().count("Login échoué") == 80
    os.close(unread)
    os.close(console)


async def test_folder():
    """A second server in one data folder ends at once, with one line; what is killed holds nothing."""
    with Server() as server:
        def second():
            return subprocess.run([SERVER, "--port", "0", "--data", server.data], capture_output=True, text=True,
                                  timeout=PATIENCE)
        refused = await asyncio.to_thread(second)
        assert refused.returncode == 1 and refused.stdout == "" and refused.stderr.count("\n") == 1, refused
        assert "un autre serveur" in refused.stderr and "--data" in refused.stderr, refused
        assert server.log() == ""
        await server.stop(signal.SIGKILL)
        server.start()
        await (await Client.connect(server)).login("Zoé")


async def test_locked():
    """Another program holds the history when the server starts: the chat begins without it, and finds it again."""
    with Server() as server:
        zoe = await (await Client.connect(server)).login("Zoé")
        await zoe.send("create_room", room="tp")
        await zoe.wait("rooms", rooms=["general", "tp"])
        await zoe.say("avant")
        await zoe.close()
        await server.stop()
        other = sqlite3.connect(os.path.join(server.data, "chat.db"), isolation_level=None)
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        server.start()
        zoe = await Client.connect(server)
        assert zoe.rooms == ["general"]
        await zoe.send("login", user="Zoé", version=1)
        await zoe.wait("error", code="no_history")
        await zoe.send("create_room", room="neuf")
        await zoe.wait("rooms", rooms=["general", "neuf"])
        await zoe.expect("error", code="not_saved")
        notes = await Client.connect(server)
        other.close()
        await zoe.wait("rooms", rooms=["general", "neuf", "tp"])
        await zoe.wait("activity", rooms={"general": 1})
        await notes.send("login", user="Luc")
        await notes.expect("message", message="Bienvenue")  # and no `rooms` before: the notes have none then
        await notes.close()
        assert (await zoe.say("après"))["id"] == 2
        await zoe.close()
        console = await server.stop()
        assert console.count("ne s'écrit pas") == 1 and console.count("s'écrit de nouveau") == 1, console
        server.start()
        zoe = await (await Client.connect(server)).login("Zoé")
        assert zoe.rooms == ["general", "tp", "neuf"] and len(zoe.history["messages"]) == 2


async def test_document():
    """Every example of PROTOCOL.md is what the schema says, and each error's text is the server's own."""
    with open(os.path.join(FOLDER, "PROTOCOL.md"), encoding="utf-8") as file:
        document = file.read()
    blocks = re.findall(r"^```json\n(.*?)^```$", document, re.M | re.S)
    examples = [line for block in blocks for line in block.splitlines()] + re.findall(r"`(\{.*?\})`", document)
    sides = ("from_client", "from_server", "health")
    seen = {side: set() for side in sides}
    for example in examples:
        data = json.loads(example)
        # An "activity" or an "error" is the server's alone: one side, and one only, knows it.
        fits = []
        for side in sides:
            with contextlib.suppress(Invalid):
                SCHEMA.check(data, side)
                fits.append(side)
        assert len(fits) == 1, (example, fits)
        seen[fits[0]].add(data.get("action"))
        if data.get("action") == "error":
            assert data["message"] == SCHEMA.root["x-errors"][data["code"]], example
    for side in sides[:2]:
        assert seen[side] == SCHEMA.actions(side), (side, SCHEMA.actions(side) - seen[side])
    assert seen["health"] == {None}


def unmasked(frame):
    key, payload = bytes.fromhex(frame["mask"]), bytes.fromhex(frame["payload"])
    return bytes(byte ^ key[i % 4] for i, byte in enumerate(payload))


async def test_frames():
    with Server("--memory", "--rate", "0") as server:
        zoe = await Client.connect(server)
        await zoe.send("watch_frames", on=True)  # before the login, to see it too
        await zoe.expect("frames", frames=[], skipped=0)
        seen = []

        async def until(count):
            while len(seen) < count:
                data = await zoe.next()
                if data["action"] == "frames":
                    seen.extend(data["frames"])

        await zoe.send("login", user="Zoé")
        await until(2)
        login, welcome = seen
        sent = json.dumps({"action": "login", "user": "Zoé"}).encode()
        assert login["direction"] == "received" and login["masked"] and login["length"] == len(sent)
        assert unmasked(login) == sent and login["fin"] and login["opcode"] == 1
        assert login["head"] == "81" + f"{0x80 | len(sent):02x}" + login["mask"]
        assert welcome["direction"] == "sent" and not welcome["masked"] and "mask" not in welcome
        assert bytes.fromhex(welcome["payload"]) == b'{"action":"message","message":"Bienvenue"}'
        # A ping, a message in fragments with a long one, and nothing about the panel itself.
        await zoe.websocket.ping(b"coucou")
        text = '{"action": "send_message", "message": "' + "a" * 300 + '"}'
        await zoe.websocket.send([text[:10], text[10:]])
        await until(8)  # ping, pong, three fragments (the last one is empty), the echo
        assert [(one["direction"], one["opcode"], one["fin"]) for one in seen[2:7]] == [
            ("received", 9, True), ("sent", 10, True), ("received", 1, False), ("received", 0, False),
            ("received", 0, True)]
        assert seen[3]["payload"] == b"coucou".hex() and unmasked(seen[2]) == b"coucou"
        assert seen[5]["length"] == len(text) - 10 and len(seen[5]["payload"]) == 128
        assert seen[5]["head"] == "00fe" + f"{len(text) - 10:04x}" + seen[5]["mask"]
        assert seen[6]["length"] == 0 and seen[6]["payload"] == ""
        assert seen[7]["direction"] == "sent" and seen[7]["head"].startswith("817e")
        assert [one["number"] for one in seen] == list(range(1, len(seen) + 1))
        assert not any(b'"frames"' in bytes.fromhex(one["payload"]) for one in seen if one["direction"] == "sent")
        # More at once than a panel can show are counted.
        burst = b"\x8a\x80" + bytes(4)
        zoe.websocket.transport.write(burst * 5000)
        del seen[:]
        skipped = 0
        while len(seen) + skipped < 5000:
            data = await zoe.wait("frames")
            assert len(data["frames"]) <= 64
            seen.extend(data["frames"])
            skipped += data["skipped"]
        assert skipped > 0 and {one["opcode"] for one in seen} == {10}
        await zoe.send("watch_frames", on=False)
        await zoe.send("nope")
        while (data := await zoe.next())["action"] == "frames":  # those of the frame that said so
            assert all(one["direction"] == "received" for one in data["frames"])
        assert data["action"] == "error"


async def test_schema():
    """Every action of the server's has been seen, in the tests before: run with all of them."""
    assert actions_seen == SCHEMA.actions("from_server"), SCHEMA.actions("from_server") - actions_seen


if __name__ == "__main__":
    tests = {name.removeprefix("test_"): one for name, one in globals().items() if name.startswith("test_")}
    wanted = [name for name in sys.argv[1:] if name != "all"]
    run(tests, wanted or [name for name in tests if name != "schema"] + ["schema"])
