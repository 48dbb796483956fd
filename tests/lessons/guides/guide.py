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
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

from guide_text import SOURCE, Guide
from machine import PATIENCE, call_of, listening, named, private_network, queued  # call_of: the tests say guide.call_of
from terminal import Terminal

BINARY = os.environ.get("PRISE_BINARY_DIR", "")

# Experiments that no test can do: (lesson, which) → why.
CANNOT_RUN = {
    ("19", "3"): "a page's alert: tests/browser/chat_test.mjs opens it",
}


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
        commands = [[word for word in shlex.split(line) if word not in (":", "&&")] for line in commands]
        source = f"{SOURCE}/lessons/{self.guide.folder}/{program}.cpp"
        compiling = next(words for words in commands if words[-2:] == ["-c", source])
        linking = commands[-1]
        object_file = compiling[compiling.index("-o") + 1]
        compiling[compiling.index("-o") + 1] = f"{copy}/edited.o"
        linking[linking.index("-o") + 1] = f"{self.home}/edited/{program}"
        compiling[-2:] = ["-g0", "-c", f"{copy}/{program}.cpp"]
        for option in ("-MT", "-MF"):
            if option in compiling:
                at = compiling.index(option)
                del compiling[at:at + 2]
        linking[linking.index(object_file)] = f"{copy}/edited.o"
        self.compiler_said = ""
        for words in (compiling, linking):
            done = subprocess.run(words, cwd=BINARY, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, f"{shlex.join(words)}\n{done.stderr}")
            self.compiler_said += done.stderr

    def solves(self):
        """`./prise run NN exercise` starts the solution; in the students' edition, which has none, the test is skipped."""
        if not os.path.exists(f"{SOURCE}/lessons/{self.guide.folder}/solution.cpp"):
            self.guide.without_exercise()
            self.skipTest("no solution here")

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
        self.eventually(f"somebody listens on {port}", lambda: listening(port))

    def process(self, name):
        """The one process of this name."""
        return self.eventually(f"one process is called {name}", lambda: len(named(name)) == 1 and named(name))[0]

    def stuck(self, process, call):
        """Waits until one of its threads has slept in this system call for a second, without waking once."""
        since = {}

        def found():
            for thread in os.listdir(f"/proc/{process}/task"):
                with open(f"/proc/{process}/task/{thread}/status", encoding="utf-8") as file:
                    switches = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", file.read(), re.M)[1]
                if call_of(int(thread)) in (call, "any") and (
                        time.monotonic() - since.setdefault((thread, switches), time.monotonic()) > 1):
                    return True
            return False
        self.eventually(f"it is stuck in {call}", found)

    def asleep(self, terminal, *calls):
        """Waits until a thread of the command sleeps in one of these system calls."""
        self.eventually(f"{terminal.name} sleeps in {calls}", lambda: set(calls) & terminal.calls())

    def deadlock(self, *terminals, says=None):
        """All of them sleep, to receive or to be told, and no byte is on its way: nothing happens any more by itself."""
        if says:
            self.quotes(says)
        self.eventually("each waits for the other", lambda: queued() == 0 and all(
            one.calls() and one.calls() <= {"recv", "read", "poll", "epoll_wait", "futex", "wait"} for one in terminals))


def main(claims):
    """Runs the class in a network of its own: this file again, inside. There one may set up the network, but is no
    administrator otherwise: ports under 1024 are refused."""
    if os.environ.get("PRISE_GUIDE_INSIDE") is None:
        try:
            status = subprocess.call(
                ["bwrap", "--dev-bind", "/", "/", "--unshare-net", "--unshare-pid", "--proc", "/proc", "--die-with-parent",
                 "--cap-add", "CAP_NET_ADMIN", "--cap-add", "CAP_SYS_ADMIN", "--cap-drop", "CAP_NET_BIND_SERVICE",
                 "--setenv", "PRISE_GUIDE_INSIDE", "1", sys.executable, *sys.argv])
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
