"""A guide as a text: its experiments, the code in it, and what of it has been tried."""
import os
import re

SOURCE = os.environ.get("PRISE_SOURCE_DIR", "")

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
        # `./prise run NN` is the test of its transcript; `./prise check NN` are the tests of the exercise;
        # `./prise trace NN`, those of tests/trace.
        for part in self.parts:
            for other in range(100):
                part.use(f"./prise run {other:02}")
                part.use(f"./prise check {other:02}")
                part.use(f"./prise trace {other:02}")

    def without_exercise(self):
        """Nothing of its text can be tried."""
        for one in self.rest.code:
            one.used = one.used or one.begin in self.exercise

    def left(self):
        """Commands that nothing tried. What the text of the exercise proposes is typed to a program that is not written
        yet: it has tests of its own."""
        return self.rest.left(lambda one: one.fenced or is_command(one.text) and one.begin not in self.exercise)
