"""drawings_test.py DRAW_EXAMPLES: each drawing is XML, holds every call and every arrow, and nothing that could run."""
import json
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as xml
from pathlib import Path

SVG = "{http://www.w3.org/2000/svg}"
ELEMENTS = {"svg", "title", "desc", "style", "defs", "pattern", "rect", "line", "path", "circle", "g", "text"}


class Drawings(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        subprocess.run([sys.argv[1], cls.folder.name], check=True)
        cls.names = sorted(path.stem for path in Path(cls.folder.name).glob("*.svg"))

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def svg(self, name):
        return xml.parse(Path(self.folder.name, name + ".svg")).getroot()

    # What the page of the same diagram knows.
    def trace(self, name):
        page = Path(self.folder.name, name + ".html").read_text(encoding="utf-8")
        return json.loads(re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.S)[1])

    def test_every_call_and_every_arrow_is_there_once(self):
        self.assertIn("empty", self.names)
        for name in self.names:
            trace = self.trace(name)
            ids = [element.get("id") for element in self.svg(name).iter() if element.get("id")]
            self.assertEqual(len(ids), len(set(ids)), name)
            expected = {f"event-{number}" for number in range(len(trace["events"]))}
            expected |= {f"arrow-{number}" for number in range(len(trace["arrows"]))}
            for number, event in enumerate(trace["events"]):
                if event["waited"]:
                    expected |= {f"wait-{number}", f"end-{number}"}
            self.assertLessEqual(expected, set(ids), name)

    def test_each_call_says_what_it_is_in_its_block(self):
        for name in ("chat", "loop", "frames"):
            svg = self.svg(name)
            for number, event in enumerate(self.trace(name)["events"]):
                block = next(element for element in svg.iter() if element.get("id") == f"event-{number}")
                words = " ".join(text.text for text in block.iter(SVG + "text"))
                self.assertIn(event["call"] + "(", words)
                self.assertIn(event["meaning"], words)

    def test_it_is_an_image_that_says_what_it_shows(self):
        for name in self.names:
            svg = self.svg(name)
            self.assertEqual(svg.get("role"), "img")
            title, desc = svg.get("aria-labelledby").split()
            self.assertEqual(svg[0].get("id"), title)
            self.assertEqual(svg[1].get("id"), desc)
            self.assertTrue(svg[1].text)
        self.assertIn("2 colonnes\u00a0: serveur, client.", self.svg("chat")[1].text.replace("2\u00a0", "2 "))

    def test_nothing_in_it_runs_or_comes_from_outside(self):
        for name in self.names:
            for element in self.svg(name).iter():
                self.assertIn(element.tag.removeprefix(SVG), ELEMENTS)
                for attribute, value in element.attrib.items():
                    self.assertFalse(attribute.startswith("on") or "href" in attribute, attribute)
                    self.assertIn("url(#hatching)" if "url" in value else "", value)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
