"""The lab's server, from notes 004; what they leave out ("...") is the least that they describe."""
import asyncio
import json
import logging
import sys

import websockets

logger = logging.getLogger(__name__)
clients = {}
rooms = ["general"]


async def send_message(websocket, message):
    await websocket.send(json.dumps({"action": "message", "message": message}))


async def send_rooms(websocket):
    await websocket.send(json.dumps({"action": "rooms", "rooms": rooms}))


async def handle_client(websocket):
    clients[websocket] = {"user": None, "room": "general"}
    try:
        await send_rooms(websocket)
        async for message in websocket:
            data = json.loads(message)
            action = data.get("action")
            if action == "login":
                username = data.get("user")
                if any(client["user"] == username for client in clients.values()):
                    await send_message(websocket, "pseudo invalide")
                else:
                    clients[websocket]["user"] = username
                    await send_message(websocket, "Bienvenue")
            elif clients[websocket]["user"] is None:
                await send_message(websocket, "veuillez choisir un pseudo avant de pouvoir chatter")
            elif action == "join_room":
                clients[websocket]["room"] = data["room"]
            elif action == "send_message":
                me = clients[websocket]
                for other, client in list(clients.items()):
                    if client["room"] == me["room"]:
                        await send_message(other, f"{me['user']}: {data['message']}")
            elif action == "create_room":
                rooms.append(data["room"])
                for other in list(clients):
                    await send_rooms(other)
    except websockets.exceptions.ConnectionClosed:
        logger.info("Client déconnecté : %s", websocket.remote_address)
    except Exception:
        logger.exception("Erreur inattendue")
    finally:
        del clients[websocket]
        logger.info("Client supprimé : %s", websocket.remote_address)


async def main():
    server = await websockets.serve(handle_client, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.wait_closed()


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        sys.exit(0)
