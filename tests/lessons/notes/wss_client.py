# The notes' client.py over TLS: the URL is all that changes. It believes the authorities of SSL_CERT_FILE.
import asyncio

import websockets

async def main():
    uri = "wss://localhost:8765"
    async with websockets.connect(uri) as websocket:
        await websocket.send("Bonjour !")
        reponse = await websocket.recv()
        print(f"Réponse : {reponse}")

        await websocket.send("Comment ça va ?")
        reponse = await websocket.recv()
        print(f"Réponse : {reponse}")

asyncio.run(main())
