# Quoted from the course notes: a peer that our programs must talk to.

# client.py
import asyncio
import websockets

async def main():
    uri = "ws://localhost:8765"
    async with websockets.connect(uri) as websocket:
        await websocket.send("Bonjour !")
        reponse = await websocket.recv()
        print(f"Réponse : {reponse}")

        await websocket.send("Comment ça va ?")
        reponse = await websocket.recv()
        print(f"Réponse : {reponse}")

asyncio.run(main())
