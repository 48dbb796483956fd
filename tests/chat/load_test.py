"""A crowd talks, nothing is lost. Usage: load_test.py small | full | silent."""
import asyncio
import os
import subprocess
import sys

import websockets

from chat_server import Server

LOAD = os.environ["PRISE_CHAT_LOAD"]
SIZES = {"small": ("--clients", "200", "--rooms", "5", "--rate", "100", "--seconds", "1"),
         "full": ("--clients", "5000", "--rooms", "50", "--rate", "100", "--seconds", "120", "--patience", "150")}


def crowd(size):
    with Server("--rate", "0") as server:
        return subprocess.run([LOAD, "--host", server.host, "--port", str(server.port), "--pid", str(server.process.pid),
                               *SIZES[size]]).returncode


async def silent():
    """The crowd itself: before a server that says nothing, it gives up, and tells what it waited for."""
    async with websockets.serve(lambda websocket: websocket.wait_closed(), "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        load = await asyncio.create_subprocess_exec(LOAD, "--host", "127.0.0.1", "--port", str(port), "--clients", "3",
                                                    "--rooms", "2", "--patience", "1", stderr=subprocess.PIPE)
        said = (await load.communicate())[1].decode()
        assert load.returncode == 1 and said == "Toujours pas, après 1 s : 0 salons sur 2.\n", (load.returncode, said)


if __name__ == "__main__":
    if sys.argv[1] == "silent":
        asyncio.run(silent())
    else:
        sys.exit(crowd(sys.argv[1]))
