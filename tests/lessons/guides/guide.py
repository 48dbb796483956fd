"""Runs what a lesson's guide says, word for word, and holds that nothing of it was left out.

A test file is one class of one lesson:

    class Lesson03(guide.Claims):
        number = "03"
        def test_break_1(self): ...      # the first of « Trois choses à casser »
        def test_lancer(self): ...       # any other name: the rest of the guide

    guide.main(Lesson03)

It runs in a private network: the guide's own ports are free, and nobody else is there. What it types stands in the guide
(`run`), what it waits for stands there too (`sees`), or it quotes the words that ask for it (`says=`). At the end of
test_break_N every code span and command of that experiment must have been used by one of them; at the end of all, every
command of the guide. What cannot or need not be run is named by `mentions`. Words are compared without regard to
no-break spaces; what a program prints is compared as it is.
"""
import codecs
import ctypes
import fcntl
import os
import platform
import pty
import re
import shlex
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import unittest

SOURCE = os.environ.get("PRISE_SOURCE_DIR", "")
BINARY = os.environ.get("PRISE_BINARY_DIR", "")
PATIENCE = float(os.environ.get("PRISE_PATIENCE", "60"))  # seconds for each thing that must come; a pass never waits so long

# Experiments that no test can do: (lesson, which) → why.
CANNOT_RUN = {
    ("19", "3"): "a page's alert: tests/browser/chat_test.mjs opens it",
}

COMMANDS = ("./prise", "cmake", "curl", "echo", "for i", "grep", "head", "hostname", "ip", "kill", "nc", "openssl",
            "printf", "ps", "python3", "ss", "strace", "tcpdump", "telnet", "wireshark", "yes")


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def folder_of(number):
    return next(one for one in sorted(os.listdir(f"{SOURCE}/lessons")) if one.startswith(number + "_"))


def without_comment(line):
    return re.sub(r"\s+#\s.*$", "", line).strip()


def is_command(code):
    return code.startswith("build/") or any(code.startswith(one + " ") for one in COMMANDS)


class Code:
    """A piece of a guide in code: `inline`, or a line of a fenced sh block."""

    def __init__(self, text, begin, end, fenced):
        self.text, self.begin, self.end, self.fenced, self.used = text, begin, end, fenced, False


class Part:
    """A part of a guide's text, and the code in it."""

    def __init__(self, text):
        self.text = plain(text)
        self.code = []
        rest = self.text
        for block in re.finditer(r"^ *```(\S*)\n(.*?)^ *```", self.text, re.M | re.S):
            rest = rest[:block.start()] + re.sub(r"[^\n]", " ", block.group()) + rest[block.end():]
            if block[1] != "sh":
                continue
            at = block.start(2)
            for line in block[2].splitlines(keepends=True):
                if without_comment(line):
                    self.code.append(Code(without_comment(line), at, at + len(line), True))
                at += len(line)
        for span in re.finditer(r"(`+)(.+?)\1", rest, re.S):
            self.code.append(Code(re.sub(r"\s*\n\s*", " ", span[2]), span.start(), span.end(), False))

    def use(self, text):
        """Marks the code that is this text, or is a line of it. Was there any?"""
        lines = {plain(text)} | {without_comment(line) for line in plain(text).splitlines()}
        found = [one for one in self.code if one.text in lines]
        for one in found:
            one.used = True
        return bool(found)

    def quote(self, words):
        """Marks the code inside these words. Do they stand here?"""
        begin = self.text.find(plain(words))
        if begin == -1:
            return False
        for one in self.code:
            if begin <= one.begin and one.end <= begin + len(plain(words)):
                one.used = True
        return True

    def left(self, wanted=lambda one: True):
        return [one.text for one in self.code if not one.used and wanted(one)]


class Guide:
    def __init__(self, number):
        self.number, self.folder = number, folder_of(number)
        with open(f"{SOURCE}/lessons/{self.folder}/README.md", encoding="utf-8") as file:
            text = file.read()
        begin = text.index("## Trois choses à casser")
        end = text.index("\n## ", begin)
        pieces = re.split(r"^(?=\d\. )", text[begin:end], flags=re.M)
        self.experiments = {str(number): Part(piece) for number, piece in enumerate(pieces[1:], 1)}
        self.rest = Part(text[:begin] + pieces[0] + text[end:])
        self.parts = [self.rest, *self.experiments.values()]
        rest = self.rest.text
        self.exercise = range(rest.index("\n## Exercice"), rest.index("\n## Et ensuite"))
        # `./prise run NN` is the test of its transcript; `./prise check NN` are the tests of the exercise.
        for part in self.parts:
            for other in range(100):
                part.use(f"./prise run {other:02}")
                part.use(f"./prise check {other:02}")

    def left(self):
        """Commands that nothing tried. What the text of the exercise proposes is typed to a program that is not written
        yet: it has tests of its own."""
        return self.rest.left(lambda one: one.fenced or is_command(one.text) and one.begin not in self.exercise)


class Terminal:
    """A shell on a terminal of its own, where one types."""

    # What was typed stands apart from what is said, and so does the prompt, with the status of what ended.
    PROMPT = re.compile("⟦(\\d+)⟧ ")

    def __init__(self, test, name):
        self.test, self.name = test, name
        self.all, self.at = "", 0
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
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        while True:
            try:
                text = decoder.decode(os.read(self.master, 65536))
            except OSError:  # the last process is gone
                return
            text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text).replace("\r", "")
            with self.changed:
                self.all += text
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


# What a system call that waits is called, by its number here.
CALLS = {
    "x86_64": {0: "read", 7: "poll", 34: "pause", 35: "sleep", 43: "accept", 44: "send", 45: "recv", 61: "wait", 202: "futex",
               230: "sleep", 232: "epoll_wait", 270: "poll", 271: "poll", 281: "epoll_wait", 288: "accept"},
    "aarch64": {22: "epoll_wait", 63: "read", 72: "poll", 73: "poll", 98: "futex", 101: "sleep", 115: "sleep", 202: "accept",
                206: "send", 207: "recv", 242: "accept", 260: "wait"}}.get(platform.machine(), {})


def call_of(thread):
    """The system call in which the thread (or a process's first) sleeps, by what it is for; None: it does not."""
    try:
        with open(f"/proc/{thread}/syscall", encoding="ascii") as file:
            word = file.read().split()[0]
    except OSError:
        return None
    return None if word in ("running", "-1") else CALLS.get(int(word), word)


def queued():
    """Bytes that are on their way in this network: sent and not acknowledged, or arrived and not read."""
    total = 0
    for name in ("tcp", "tcp6"):
        with open(f"/proc/net/{name}", encoding="ascii") as file:
            for row in file.read().splitlines()[1:]:
                state, queues = row.split()[3:5]
                if state != "0A":  # a listener's count is of clients
                    total += sum(int(one, 16) for one in queues.split(":"))
    return total


class Claims(unittest.TestCase):
    number = None
    long = ()  # the tests that `--quick` leaves out: more than a few seconds of processor
    longMessage = False

    @classmethod
    def setUpClass(cls):
        cls.guide = Guide(cls.number)

    def setUp(self):
        which = re.fullmatch(r"test_break_(\d)", self._testMethodName)
        self.experiment = self.guide.experiments[which[1]] if which else None
        self.terminals = []
        private_network()
        # Where one types: a course folder whose programs are built already.
        self.home = tempfile.mkdtemp(prefix="prise-guide-")
        self.addCleanup(shutil.rmtree, self.home, ignore_errors=True)
        for name in ("lessons", "common", "examples", "README.md"):
            os.symlink(f"{SOURCE}/{name}", f"{self.home}/{name}")
        os.mkdir(f"{self.home}/build")
        for preset in ("quick", "release"):
            os.symlink(BINARY, f"{self.home}/build/{preset}")
        os.mkdir(f"{self.home}/edited")
        with open(f"{self.home}/prise", "w", encoding="utf-8") as file:
            file.write(f"""#!/bin/sh
[ "$1" = run ] && [ $# -gt 2 ] || {{ echo "prise run NN NAME" >&2; exit 2; }}
folder=$(cd {shlex.quote(SOURCE)}/lessons && echo "$2"_*) name=$3
shift 3
[ ! -x {self.home}/edited/$name ] || exec {self.home}/edited/$name "$@"
[ ! -x {shlex.quote(SOURCE)}/lessons/$folder/$name ] || exec {shlex.quote(SOURCE)}/lessons/$folder/$name "$@"
[ "$name" != exercise ] || name=solution
exec {shlex.quote(BINARY)}/lessons/$folder/$name "$@"
""")
        os.chmod(f"{self.home}/prise", 0o755)

    def tearDown(self):
        for terminal in self.terminals:
            terminal.close()
        if self.experiment and not self._outcome.result.failures and not self._outcome.result.errors:
            left = self.experiment.left()
            self.assertFalse(left, f"the guide says this too, and nothing tried it: {left}")

    def terminal(self, name="terminal"):
        one = Terminal(self, f"{name} {len(self.terminals) + 1}")
        self.terminals.append(one)
        return one

    def terminals_for(self, count):
        return [self.terminal() for _ in range(count)]

    def told(self):
        """What every terminal has shown, for a report."""
        return "\n".join(f"--- {one.name}\n{one.all[-3000:]}" for one in self.terminals)

    # --- what stands in the guide -------------------------------------------------------------------------------

    def _here(self):
        return [self.experiment, self.guide.rest] if self.experiment else self.guide.parts

    def stands(self, code, says=None):
        """This code stands in the guide, or these words do; what was found is accounted for."""
        if says is not None:
            self.quotes(says)
            for part in self._here():
                part.use(code)
        elif not any([part.use(code) for part in self._here()]):
            self.fail(f"the guide does not say `{code}`")

    def quotes(self, words):
        """These words stand in the guide; the code in them is accounted for."""
        if not any([part.quote(words) for part in self._here()]):
            self.fail(f"the guide does not say « {words} »")

    def mentions(self, *codes):
        """Code of which there is nothing to try, or which is tried elsewhere."""
        for code in codes:
            self.stands(code)

    # --- experiments that change the code -------------------------------------------------------------------------

    def edit(self, program, file, old, new, says=None):
        """Replaces the one place in the lesson's file, and builds the program anew: from then on ./prise runs this one.
        `old` and `new` stand in the guide, unless these words say what to do."""
        for code in (old, new, file):
            self.stands(code, says)
        self.edits(program, [(file, old, new)], says)

    def edits(self, program, changes, says=None):
        """Several changes at once; a second call adds to the first."""
        for code in [code for change in changes for code in change if says is not None]:
            self.stands(code, says)
        copy = f"{self.home}/copy/{self.guide.folder}"
        if not os.path.exists(copy):
            shutil.copytree(f"{SOURCE}/lessons/{self.guide.folder}", copy)
        for file, old, new in changes:
            with open(f"{copy}/{file}", encoding="utf-8") as source:
                text = source.read()
            # Comments may speak of it; the code has it once.
            pieces = [text] if "//" in old else re.split(r"(//[^\n]*)", text)
            self.assertEqual(sum(piece.count(old) for piece in pieces[::2]), 1, f"« {old} » must stand once in {file}")
            pieces[::2] = [piece.replace(old, new) for piece in pieces[::2]]
            with open(f"{copy}/{file}", "w", encoding="utf-8") as source:
                source.write("".join(pieces))
        # As the build does it, but for where the source is and where the program goes.
        commands = subprocess.run(["ninja", "-C", BINARY, "-t", "commands", f"lessons/{self.guide.folder}/{program}"],
                                  check=True, capture_output=True, text=True).stdout.splitlines()
        source = f"{SOURCE}/lessons/{self.guide.folder}/{program}.cpp"
        compiling = next(line for line in commands if line.endswith(f"-c {source}"))
        object_file = re.search(r" -o (\S+)", compiling)[1]
        compiling = re.sub(r" -M[DFT]+ ?\S*", " ", compiling.replace(" -MD ", " "))
        compiling = compiling.replace(f"-c {source}", f"-g0 -c {copy}/{program}.cpp").replace(object_file, f"{copy}/edited.o")
        linking = commands[-1].replace(object_file, f"{copy}/edited.o")
        linking = re.sub(rf" -o \S*{re.escape(program)} ", f" -o {self.home}/edited/{program} ", linking)
        self.compiler_said = ""
        for line in (compiling, linking):
            done = subprocess.run(line, shell=True, cwd=BINARY, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, f"{line}\n{done.stderr}")
            self.compiler_said += done.stderr

    def solves(self):
        """Makes the solution, built now, what `./prise run NN exercise` starts. The students' edition has none: skipped."""
        lesson = f"{SOURCE}/lessons/{self.guide.folder}"
        if not os.path.exists(f"{lesson}/solution.cpp"):
            for one in self.guide.rest.code:
                one.used = one.used or one.begin in self.guide.exercise
            self.skipTest("no solution here")
        shutil.copytree(lesson, f"{self.home}/copy/{self.guide.folder}")
        shutil.copy(f"{lesson}/solution.cpp", f"{self.home}/copy/{self.guide.folder}/exercise.cpp")
        self.edits("exercise", [])

    def course(self):
        """The folder of a course of one's own, to change and build at will: `./prise` is not there. Long."""
        folder = f"{self.home}/course"
        if not os.path.exists(folder):
            shutil.copytree(SOURCE, folder, ignore=lambda where, names: [
                name for name in names if name in (".git", ".prise", "node_modules") or where == SOURCE and name == "build"])
        return folder

    def change(self, path, old, new, count=1):
        """The same as `edit`, in one's own course; it is built by what the guide says to type."""
        with open(f"{self.course()}/{path}", encoding="utf-8") as source:
            text = source.read()
        self.assertEqual(text.count(old), count, f"« {old} » must stand {count} times in {path}")
        with open(f"{self.course()}/{path}", "w", encoding="utf-8") as source:
            source.write(text.replace(old, new))

    # --- what is true without a word being said -------------------------------------------------------------------

    def eventually(self, what, holds):
        """Waits until it holds: for what leaves no trace in a terminal."""
        until, pause = time.monotonic() + PATIENCE, 0.005
        while not (found := holds()):
            if time.monotonic() > until:
                self.fail(f"{what}: not so.\n{self.told()}")
            time.sleep(pause)
            pause = min(0.2, 1.3 * pause)  # to look is not free
        return found

    def listens(self, port):
        """Waits until a program listens on this port: for one whose own words go elsewhere."""
        def found():
            rows = []
            for name in ("tcp", "tcp6"):
                with open(f"/proc/net/{name}", encoding="ascii") as file:
                    rows += [row.split() for row in file]
            return any(row[3] == "0A" and row[1].endswith(f":{port:04X}") for row in rows)
        self.eventually(f"somebody listens on {port}", found)

    def process(self, name):
        """The one process of this name; those of other tests and people are not in sight."""
        def found():
            named = []
            for pid in filter(str.isdigit, os.listdir("/proc")):
                try:
                    with open(f"/proc/{pid}/comm", encoding="utf-8", errors="replace") as file:
                        if file.read().strip() == name[:15]:  # as much as the kernel keeps
                            named.append(int(pid))
                except OSError:  # it has just ended
                    pass
            return named[0] if len(named) == 1 else None
        return self.eventually(f"one process is called {name}", found)

    def asleep(self, terminal, *calls):
        """Waits until a thread of the command sleeps in one of these system calls."""
        self.eventually(f"{terminal.name} sleeps in {calls}", lambda: set(calls) & terminal.calls())

    def deadlock(self, *terminals, says=None):
        """All of them sleep, to receive or to be told, and no byte is on its way: nothing happens any more by itself."""
        if says:
            self.quotes(says)
        self.eventually("each waits for the other", lambda: queued() == 0 and all(
            one.calls() and one.calls() <= {"recv", "read", "poll", "epoll_wait", "futex", "wait"} for one in terminals))


def private_network():
    """This process, and what it starts from now on, are alone in a network: nothing lingers there from before."""
    if ctypes.CDLL(None, use_errno=True).unshare(0x40000000) != 0:  # CLONE_NEWNET
        raise OSError(ctypes.get_errno(), "unshare: no private network")
    with socket.socket() as one:
        fcntl.ioctl(one, 0x8914, struct.pack("16sh22x", b"lo", 0x1))  # SIOCSIFFLAGS: up


def main(claims):
    """Runs the class in a network of its own: this file again, inside. There one may set up the network, but is no
    administrator otherwise: ports under 1024 are refused."""
    if os.environ.get("PRISE_GUIDE_INSIDE") is None:
        try:
            status = subprocess.call(
                ["bwrap", "--dev-bind", "/", "/", "--unshare-net", "--unshare-pid", "--proc", "/proc", "--die-with-parent",
                 "--cap-add", "CAP_NET_ADMIN", "--cap-add", "CAP_SYS_ADMIN", "--cap-drop", "CAP_NET_BIND_SERVICE", "--setenv", "PRISE_GUIDE_INSIDE", "1", sys.executable, *sys.argv])
        except OSError:
            status = 1
        if status == 1:  # not the tests' own
            print("bubblewrap cannot open a private network here (./prise doctor)", file=sys.stderr)
        sys.exit(status)
    names = unittest.TestLoader().getTestCaseNames(claims)
    chosen = sys.argv[1:] if sys.argv[1:] != ["--quick"] else [name for name in names if name not in claims.long]
    chosen = chosen or names
    suite = unittest.TestSuite(claims(name) for name in names if name in chosen)
    good = unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful()
    missing = [which for which in claims.guide.experiments
               if f"test_break_{which}" not in names and (claims.number, which) not in CANNOT_RUN]
    for which in missing:
        print(f"nothing tries experiment {which} of lesson {claims.number}", file=sys.stderr)
    # An experiment accounts for itself; the rest of the guide can be judged when all that is about it has run.
    left = claims.guide.left() if good and all(name in chosen or name.startswith("test_break_") for name in names) else []
    for one in left:
        print(f"the guide of lesson {claims.number} says to run this, and nothing does: {one}", file=sys.stderr)
    sys.exit(0 if good and not missing and not left else 3)
