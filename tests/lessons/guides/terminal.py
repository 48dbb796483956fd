"""A terminal, and somebody who types."""
import codecs
import fcntl
import os
import pty
import re
import signal
import subprocess
import termios
import threading
import time

from machine import PATIENCE, call_of

SHOWN_MAX = 400_000  # of what a terminal has shown, this much at most is kept


class Terminal:
    """A shell on a terminal of its own, where one types."""

    # What was typed stands apart from what is said, and so does the prompt, with the status of what ended.
    PROMPT = re.compile("⟦(\\d+)⟧ ")

    def __init__(self, test, name):
        self.test, self.name = test, name
        self.all, self.at, self.begin = "", 0, 0  # all that was shown; where we are in it; where the command's output begins
        self.patience = PATIENCE
        self.changed = threading.Condition()
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, b"\x30\x00\xc8\x00\x00\x00\x00\x00")  # 48 lines of 200 columns
        environment = dict(os.environ, PS1="⟦$?⟧ ", PS2="", TERM="dumb", LC_ALL="C.UTF-8", HOME=test.home,
                           PATH=f"{test.home}:{os.environ['PATH']}", HISTFILE="")
        environment.pop("PROMPT_COMMAND", None)
        self.shell = subprocess.Popen(["bash", "--norc", "--noprofile", "--noediting", "-i"], cwd=test.home, env=environment,
                                      stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
                                      preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.status()

    def _read(self):
        decoder, begun = codecs.getincrementaldecoder("utf-8")("replace"), ""
        while True:
            try:
                text = begun + decoder.decode(os.read(self.master, 65536))
            except OSError:  # the last process is gone
                return
            text, begun = re.fullmatch(r"(.*?)((?:\x1b(?:\[[0-9;?]*)?)?)", text, re.S).groups()  # a sequence that is cut
            text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r", "")
            with self.changed:
                self.all += text
                if len(self.all) > SHOWN_MAX:  # a flood
                    cut = len(self.all) - SHOWN_MAX // 2
                    self.all, self.at, self.begin = self.all[cut:], max(0, self.at - cut), max(0, self.begin - cut)
                self.changed.notify_all()

    def _wait(self, what, pattern):
        """The first match from where we are; then we are behind it."""
        until = time.monotonic() + self.patience
        with self.changed:
            while not (match := pattern.search(self.all, self.at)):
                if not self.changed.wait(until - time.monotonic()) and time.monotonic() > until:
                    self.test.fail(f"{self.name}: {what} did not come.\n{self.test.told()}")
            self.at = match.end()
            return match

    def _send(self, text):
        os.write(self.master, text.encode() if isinstance(text, str) else text)

    def patient(self, seconds):
        """Waits longer from now on: for one that builds."""
        self.patience = max(self.patience, seconds)
        return self

    def run(self, command, says=None):
        """Types a command of the guide; or another one, that these words of the guide ask for."""
        self.test.stands(command, says)
        return self.also_runs(command)

    def also_runs(self, command):
        """Types a command that the guide leaves to be understood, or does not need."""
        with self.changed:
            self.at = len(self.all)
        self._send(command + "\n")
        self._wait(f"the echo of « {command} »", re.compile(re.escape(command.replace("\n", "\n")) + "\n"))
        self.begin = self.at
        return self

    def type(self, line, says=None, end="\n"):
        """Types a line to the program that runs."""
        self.test.stands(line, says)
        self._send(line + end)
        return self

    def also_types(self, line, end="\n"):
        """The same, for a line that the guide leaves to whoever tries."""
        self._send(line + end)
        return self

    def key(self, letter, says=None):
        """Ctrl-C, Ctrl-D or Ctrl-Z."""
        if says:
            self.test.quotes(says)
        self._send(bytes([ord(letter) - 64]))
        return self

    def sees(self, text, says=None):
        """Waits for an output that the guide shows (… is anything within a line); or promises in these words."""
        self.test.stands(text, says)
        return self.waits_for(text)

    def waits_for(self, text):
        """The same, for an output of which the guide says nothing."""
        parts = text.split("…") if isinstance(text, str) else None
        pattern = re.compile("[^\n]*".join(re.escape(part) for part in parts)) if parts else text
        return self._wait(f"« {text if parts else text.pattern} »", pattern)

    def status(self):
        """Waits for the end of the command, and gives its status: 128 and the signal's number where one ended it."""
        return int(self._wait("the end of the command", self.PROMPT)[1])

    def ends(self, status=0, says=None):
        if says:
            self.test.quotes(says)
        found = self.status()
        if found != status:
            self.test.fail(f"{self.name}: it ended with {found}, not {status}.\n{self.test.told()}")

    def output(self):
        """What the last command has said so far."""
        with self.changed:
            return self.PROMPT.split(self.all[self.begin:])[0]

    def pids(self):
        """The processes in front: those of the command that runs."""
        front, found = os.tcgetpgrp(self.master), []
        for pid in [int(one) for one in os.listdir("/proc") if one.isdigit()]:
            try:
                if os.getpgid(pid) == front:
                    found.append(pid)
            except OSError:
                pass
        return found

    def calls(self):
        """The system calls in which the command's threads sleep; None for one that does not."""
        found = set()
        for pid in self.pids():
            try:
                found |= {call_of(thread) for thread in os.listdir(f"/proc/{pid}/task")}
            except OSError:
                pass
        return found

    def close(self):
        for pid in [int(one) for one in os.listdir("/proc") if one.isdigit()]:
            try:
                if os.getsid(pid) == self.shell.pid:
                    os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        self.shell.wait()
        self.reader.join(1)
        os.close(self.master)
