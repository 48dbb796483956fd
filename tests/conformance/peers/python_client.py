"""An echo client of python3-websockets, which goes from case to case as Autobahn's clients do."""
import asyncio
import logging
import sys
import websockets

# What a case makes fail is for the harness to say, and nobody reads this.
logging.disable(logging.CRITICAL)
BYTES_MAX = 64 * 1024 * 1024
AT_ONCE = 4


async def count_cases(base):
    async with websockets.connect(base + "/getCaseCount") as socket:
        return int(await socket.recv())


async def run_case(base, number):
    url = f"{base}/runCase?case={number}&agent=python3-websockets"
    try:
        async with websockets.connect(url, max_size=BYTES_MAX, ping_interval=None) as socket:
            async for message in socket:
                await socket.send(message)
    except (websockets.exceptions.WebSocketException, OSError, EOFError):
        pass  # what a case asks for; the harness is the judge


async def main(base):
    count = await count_cases(base)
    numbers = iter(range(1, count + 1))

    async def work():
        for number in numbers:
            await run_case(base, number)

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    async with websockets.connect(base + "/updateReports"):
        pass


asyncio.run(main(sys.argv[1]))
