"""A client of the lab's chat, written from notes 004 alone: it knows two answers, and no version. And all that the
notes promise to such a client."""
import asyncio
import json

import websockets

PATIENCE = 20  # seconds for what must come


class NotesClient:
    def __init__(self, websocket):
        self.websocket = websocket

    @classmethod
    async def connect(cls, ip, port):
        return cls(await websockets.connect(f"ws://{ip}:{port}"))

    async def send(self, **action):
        await self.websocket.send(json.dumps(action))

    async def login(self, user):
        await self.send(action="login", user=user)

    async def say(self, message):
        await self.send(action="send_message", message=message)

    async def create_room(self, room):
        await self.send(action="create_room", room=room)

    async def join_room(self, room):
        await self.send(action="join_room", room=room)

    async def receive(self):
        """The next thing a page of the notes would show, a message or the rooms; what it does not know it ignores."""
        async for text in self.websocket:
            data = json.loads(text)
            if data["action"] == "message":
                return data["message"]
            if data["action"] == "rooms":
                return data["rooms"]
        return None

    async def shows(self, *expected):
        for one in expected:
            seen = await asyncio.wait_for(self.receive(), PATIENCE)
            assert seen == one, f"{seen!r} instead of {one!r}"

    async def receive_exactly(self):
        """The next thing on the wire, as it is."""
        return json.loads(await asyncio.wait_for(self.websocket.recv(), PATIENCE))

    async def close(self):
        await self.websocket.close()


async def see_all_of_the_notes(ip, port):
    """Four clients in a server that has just started. Nothing in it knows whose server that is."""
    zoe, luc, ines, silent = [await NotesClient.connect(ip, port) for _ in range(4)]
    for one in (zoe, luc, ines, silent):
        await one.shows(["general"])
    no_name = "veuillez choisir un pseudo avant de pouvoir chatter"
    await luc.say("moi d'abord")
    await luc.create_room("à moi")
    await luc.join_room("general")
    await luc.shows(no_name, no_name, no_name)

    await zoe.login("Zoé")
    await zoe.shows("Bienvenue")
    await luc.login("Zoé")
    await luc.say("et maintenant ?")
    await luc.shows("pseudo invalide", no_name)
    await luc.login("Luc")
    await luc.shows("Bienvenue")
    await ines.login("Inès")
    await ines.shows("Bienvenue")

    everyone = (zoe, luc, ines)
    for sender, text in ((zoe, "Zoé: Salut"), (luc, "Luc: ça va : oui ? 🙂"), (zoe, "Zoé: {\"action\": \"login\"}")):
        await sender.say(text.split(": ", 1)[1])
        for one in everyone:
            await one.shows(text)

    await luc.create_room("tp réseau")  # he does not enter it
    for one in everyone:
        await one.shows(["general", "tp réseau"])
    while (seen := await asyncio.wait_for(silent.receive(), PATIENCE)) != ["general", "tp réseau"]:
        assert isinstance(seen, str), seen  # the lab's server lets who has no name listen
    await luc.say("toujours ici")
    for one in everyone:
        await one.shows("Luc: toujours ici")

    for one in (luc, ines):
        await one.join_room("tp réseau")
    await luc.say("entre nous")
    await luc.shows("Luc: entre nous")
    # What she did comes after what he said, for her as for the server.
    await ines.say("j'y suis")
    await luc.shows("Inès: j'y suis")
    seen = await ines.receive()
    if seen == "Luc: entre nous":  # she was there first
        seen = await ines.receive()
    assert seen == "Inès: j'y suis", seen
    await zoe.say("toute seule")
    await zoe.shows("Zoé: toute seule")
    await luc.join_room("general")
    await luc.say("de retour")
    for one in (zoe, luc):
        await one.shows("Luc: de retour")

    await ines.close()
    await zoe.say("sans Inès")
    for one in (zoe, luc):
        await one.shows("Zoé: sans Inès")
    for one in (zoe, luc, silent):
        await one.close()
