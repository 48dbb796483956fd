"""What the chat's port is to a browser. Usage: web_test.py [NAME...]: those tests, or all."""
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

from chat_server import PATIENCE, SERVER, Client, Server, run, within


async def test_web():
    def get(path, **headers):
        request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", headers=headers)
        try:
            answer = urllib.request.urlopen(request, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        return answer.status, answer.headers, answer.read()

    with tempfile.TemporaryDirectory() as page:
        for name in ("index.html", "chat.js", "chat.css", "secret.md"):
            with open(os.path.join(page, name), "w", encoding="utf-8") as file:
                file.write(name)
        with Server("--memory", "--page", page) as server:
            for path, kind in (("/", "text/html; charset=utf-8"), ("/index.html?x=1", "text/html; charset=utf-8"),
                               ("/chat.js", "text/javascript; charset=utf-8"), ("/chat.css", "text/css; charset=utf-8")):
                status, headers, body = get(path)
                assert (status, headers["Content-Type"]) == (200, kind) and body
                assert headers["X-Content-Type-Options"] == "nosniff"
                assert "default-src 'none'" in headers["Content-Security-Policy"]
                assert "unsafe" not in headers["Content-Security-Policy"]
            for path in ("/secret.md", "/../chat.db", "/%2e%2e/etc/passwd", "/nope"):
                assert get(path)[0] == 404
            client = await Client.connect(server)
            status, headers, body = get("/health")
            assert headers["Content-Type"] == "application/json" and headers["Cache-Control"] == "no-store"
            assert json.loads(body) == {"status": "ok", "version": 1, "clients": 1, "rooms": 1, "history": "memory"}
            await client.close()


async def upgrade_status(server, origin, host=None):
    """What a page of that origin is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    fields = [f"Host: {host or f'{server.shown}:{server.port}'}", "Upgrade: websocket", "Connection: Upgrade",
              "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    fields += [f"Origin: {one}" for one in origin]
    writer.write(("GET / HTTP/1.1\r\n" + "\r\n".join(fields) + "\r\n\r\n").encode())
    line = await within(reader.readline())
    writer.close()
    return int(line.split()[1])


async def test_origins():
    def check(statuses, expected):
        assert statuses == expected, (statuses, expected)

    with Server("--memory", "--origin", "https://classe.example:443/") as server:
        for origin, status in (([], 101), (["null"], 101), (["http://localhost"], 101), (["http://127.0.0.2:8001"], 101),
                               (["http://[::1]:5173"], 101), (["https://classe.example"], 101),
                               (["https://evil.example"], 403), (["http://127.evil.example"], 403),
                               (["null", "null"], 403)):
            check((origin, await upgrade_status(server, origin)), (origin, status))
        # A page whose own name leads here (DNS rebinding).
        check(await upgrade_status(server, ["http://evil.example:8001"], "evil.example:8001"), 403)
    with Server("--memory", "--origin", "https://classe.example", host="0.0.0.0") as server:
        own = f"http://127.0.0.1:{server.port}"
        for origin, status in (([], 101), ([own], 101), (["https://classe.example"], 101), (["null"], 403),
                               (["http://localhost:3000"], 403), (["https://evil.example"], 403)):
            check((origin, await upgrade_status(server, origin)), (origin, status))
        check(await upgrade_status(server, ["http://evil.example:8001"], "evil.example:8001"), 403)


async def test_misuse():
    """What cannot be an origin, and what is half encrypted, is refused before anything starts."""
    for options, said in ((("--origin", "classe.example"), "une origine"),
                          (("--origin", "https://classe.example/page"), "une origine"),
                          (("--certificate", "/nowhere/cert.pem"), "/nowhere/cert.pem n'existe pas"),
                          (("--key", "/nowhere/key.pem"), "cert.pem n'existe pas")):
        with tempfile.TemporaryDirectory() as folder:
            refused = await asyncio.to_thread(
                subprocess.run, [SERVER, "--memory", "--port", "0", "--data", folder, *options], capture_output=True,
                text=True, timeout=PATIENCE)
        assert refused.returncode == 2 and said in refused.stderr and refused.stdout == "", (options, refused)


if __name__ == "__main__":
    run({name.removeprefix("test_"): one for name, one in globals().items() if name.startswith("test_")}, sys.argv[1:])
