"""./prise run chat, as one types it: in a clone where all is built already, and whose compiler and cmake only say so."""
import asyncio
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import urllib.request

from chat_server import FOLDER, PATIENCE, SERVER, Client, within

# A network of its own, where the default port is free (see tests/grader/sandbox.cpp).
OWN_NETWORK = ["bwrap", "--dev-bind", "/", "/", "--unshare-net", "--unshare-pid", "--proc", "/proc", "--die-with-parent"]


def has_own_network():
    try:
        return subprocess.run([*OWN_NETWORK, "true"], capture_output=True, timeout=PATIENCE).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


class Clone:
    """As much of a clone as ./prise run chat looks at."""

    def __init__(self, home):
        self.home = home
        build = os.path.join(home, "build", "quick")
        os.makedirs(os.path.join(build, "examples", "chat"))
        shutil.copy(os.path.join(FOLDER, "..", "..", "prise"), home)
        os.symlink(SERVER, os.path.join(build, "examples", "chat", "chat_server"))
        for name, text in (("CMakeCache.txt", f"CMAKE_HOME_DIRECTORY:INTERNAL={home}\nPRISE_TESTS:STRING=OFF\n"),
                           ("build.ninja", "build prise_websocket: phony\nbuild chat_server: phony\n")):
            with open(os.path.join(build, name), "w", encoding="utf-8") as file:
                file.write(text)
        self.tools = os.path.join(home, "tools")
        os.mkdir(self.tools)
        for name in ("c++", "cmake", "ninja"):
            tool = os.path.join(self.tools, name)
            with open(tool, "w", encoding="utf-8") as file:
                file.write(f'#!/bin/sh\necho "{name} $*" >>"{home}/asked"\n')
            os.chmod(tool, os.stat(tool).st_mode | stat.S_IXUSR)

    def run(self, *words):
        environment = dict(os.environ, PATH=f"{self.tools}:{os.environ['PATH']}")
        return subprocess.Popen(["sh", os.path.join(self.home, "prise"), "run", "chat", *words], cwd="/",
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=environment)

    def asked(self):
        with open(os.path.join(self.home, "asked"), encoding="utf-8") as file:
            return file.read()


class Chat:
    """What ./prise run chat has started, as its first lines announce it."""

    def __init__(self, clone, port):
        self.process = clone.run(*(["--port", "0"] if port == 0 else []))
        line = self.process.stdout.readline()
        if port == 0:
            port = int(line.removeprefix("Port : "))
            line = self.process.stdout.readline()
        self.shown, self.port = "127.0.0.2", port
        assert line == f"Serveur démarré sur ws://127.0.0.2:{port}\n", line
        line = self.process.stdout.readline()
        assert line == f"Ouvrez http://127.0.0.2:{port}/ dans un navigateur. Ctrl-C pour arrêter.\n", line

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.2:{self.port}{path}", timeout=PATIENCE) as answer:
            assert answer.status == 200
            return answer.read().decode()

    async def ctrl_c(self):
        self.process.send_signal(signal.SIGINT)
        rest, console = await asyncio.to_thread(self.process.communicate, timeout=PATIENCE)
        assert (self.process.returncode, rest) == (0, "Serveur arrêté.\n"), (self.process.returncode, rest, console)
        assert "ERROR" not in console, console


async def talk(clone, port):
    chat = Chat(clone, port)
    try:
        assert "<title>" in chat.get("/")
        assert json.loads(chat.get("/health")) == {"status": "ok", "version": 1, "clients": 0, "rooms": 1,
                                                   "history": "sqlite"}
        zoe = await (await Client.connect(chat)).login("Zoé")
        assert (await zoe.say("Salut"))["id"] == 1
        closed = asyncio.create_task(zoe.closed())
        await chat.ctrl_c()
        assert (await within(closed))[0] == 1001
        chat = Chat(clone, port)
        luc = await (await Client.connect(chat)).login("Luc")
        assert [one["text"] for one in luc.history["messages"]] == ["Salut"]
        await luc.close()
        await chat.ctrl_c()
    finally:
        chat.process.kill()
        chat.process.communicate()
    assert os.path.exists(os.path.join(clone.home, ".prise", "chat", "chat.db"))
    assert f"cmake --build {clone.home}/build/quick --target chat_server\n" in clone.asked()


if __name__ == "__main__":
    if sys.argv[1:] == ["run"] and has_own_network():
        os.execvp("bwrap", [*OWN_NETWORK, sys.executable, *sys.argv, "8001"])
    with tempfile.TemporaryDirectory(prefix="prise-chat-") as folder:
        asyncio.run(talk(Clone(os.path.realpath(folder)), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
