"""A crowd talks, nothing is lost. Usage: load_test.py small | full."""
import os
import subprocess
import sys

from chat_server import Server

SIZES = {"small": ("--clients", "200", "--rooms", "5", "--rate", "100", "--seconds", "1"),
         "full": ("--clients", "5000", "--rooms", "50", "--rate", "100", "--seconds", "120")}

if __name__ == "__main__":
    with Server("--rate", "0") as server:
        load = subprocess.run([os.environ["PRISE_CHAT_LOAD"], "--host", server.host, "--port", str(server.port),
                               "--pid", str(server.process.pid), *SIZES[sys.argv[1]]])
        sys.exit(load.returncode)
