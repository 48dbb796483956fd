# Quoted from the course notes: a peer that our programs must talk to.

import asyncio
import websockets

async def recevoir(websocket):
    async for message in websocket:
        print(f"\n[Message reçu] {message}")

async def envoyer(websocket):
    while True:
        message = await asyncio.get_event_loop().run_in_executor(None, input, "Vous : ")
        await websocket.send(message)

async def main():
    uri = "ws://localhost:8765"
    async with websockets.connect(uri) as websocket:
        print("Connecté au chat. Tapez vos messages.")
        await asyncio.gather(
            recevoir(websocket),
            envoyer(websocket),
        )

asyncio.run(main())
