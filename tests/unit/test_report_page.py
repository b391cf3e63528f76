"""The report as a page: what stands in the file, without a browser.

The arguments are report_page of tests/tools, and names of tests."""

import base64
import hashlib
import json
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
# pylint: disable=wrong-import-position
from report_page import Tree, compare, rows  # noqa: E402

PROGRAM = sys.argv[1]
SCENES = ("attack", "quiet", "empty", "many", "hostile")

# WCAG 2.2, 1.4.3 and 1.4.11.
TEXT_CONTRAST = 4.5
SHAPE_CONTRAST = 3.0
TEXT = "ink soft forged genuine unknown good bad mark-line".split()
SHAPES = "forged suspect genuine unknown accent soft".split()


def write(scene, file):
    return subprocess.run([PROGRAM, scene, file], capture_output=True,
                          encoding="utf-8", check=False)


def made(scene):
    done = write(scene, "-")
    assert done.returncode == 0 and not done.stderr, done
    return done.stdout


def colours(style, dark):
    """The colours of the style sheet by name."""
    light, _, rest = style.partition("@media screen and")
    text = light + (rest.partition("}}")[0] if dark else "")
    return dict(re.findall(r"--([\w-]+):(#[0-9a-f]{6})\b", text))


def luminance(colour):
    values = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045
              else ((value + 0.055) / 1.055) ** 2.4 for value in values]
    return sum(share * value for share, value
               in zip((0.2126, 0.7152, 0.0722), linear))


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.texts = {scene: made(scene) for scene in SCENES}
        cls.trees = {scene: Tree(text).top
                     for scene, text in cls.texts.items()}

    def each(self):
        for scene, tree in self.trees.items():
            with self.subTest(scene=scene):
                yield tree

    def test_policy_allows_the_style_alone(self):
        for tree in self.each():
            policy = [meta.words["content"] for meta in tree.all("meta")
                      if meta.words.get("http-equiv")
                      == "Content-Security-Policy"]
            style = tree.one("style").text().encode()
            wanted = base64.b64encode(hashlib.sha256(style).digest()).decode()
            self.assertEqual(policy, [
                f"default-src 'none'; style-src 'sha256-{wanted}'; "
                "base-uri 'none'; form-action 'none'"])

    def test_nothing_is_loaded_or_run(self):
        known = set("""html head meta title style body svg defs pattern rect
            circle line text g desc header h1 h2 h3 p main section dl div dt dd
            span code figure ul li details summary table caption thead tbody tr
            th td footer b""".split())
        for tree in self.each():
            for node in tree.all():
                self.assertIn(node.name, known)
                for word, value in node.words.items():
                    self.assertFalse(word.startswith("on"), word)
                    self.assertNotIn(word, ("style", "src", "href",
                                            "xlink:href"))
                    self.assertNotIn("://", value or "")

    def test_language_and_headings_in_order(self):
        for tree in self.each():
            self.assertEqual(tree.one("html").words["lang"], "en")
            levels = [int(node.name[1]) for node in
                      tree.all("h1", "h2", "h3")]
            self.assertEqual(levels.count(1), 1)
            for before, level in zip([0] + levels, levels):
                self.assertLessEqual(level, before + 1)

    def test_names_are_unique_and_found(self):
        for tree in self.each():
            names = [node.words["id"] for node in tree.all()
                     if "id" in node.words]
            self.assertEqual(len(names), len(set(names)))
            for node in tree.all():
                for name in node.words.get("aria-labelledby", "").split():
                    self.assertIn(name, names)

    def test_each_picture_has_words_and_a_table(self):
        for tree in self.each():
            for picture in tree.all("svg"):
                if picture.words.get("aria-hidden") == "true":
                    continue
                self.assertEqual(picture.words["role"], "img")
                title, desc = picture.parts[0], picture.parts[1]
                self.assertEqual((title.name, desc.name), ("title", "desc"))
                self.assertTrue(title.text() and desc.text())
                self.assertEqual(
                    (picture.words["aria-labelledby"],
                     picture.words["aria-describedby"]),
                    (title.words["id"], desc.words["id"]))
                figure = picture.parent.parent
                self.assertEqual(figure.name, "figure")
                table = figure.one("details").one("table")
                self.assertTrue(list(table.all("td")))
                self.assertTrue(table.one("caption").text())
                for head in table.all("th"):
                    self.assertIn(head.words["scope"], ("row", "col"))

    def test_five_numbers_stand_first(self):
        glance = self.trees["attack"].one("main").parts[1]
        self.assertEqual(glance.words["aria-labelledby"], "glance")
        figures = [node.text() for node in glance.all("dd")
                   if node.has("figure")]
        self.assertEqual(len(figures), 5)
        for number in figures[:4]:
            self.assertRegex(number, r"^\d{1,3}(,\d{3})*$")
        self.assertEqual(figures[4],
                         "2026-11-19 03:00 to 2026-11-21 17:00")

    def test_empty_store_has_sentences_and_no_pictures(self):
        tree = self.trees["empty"]
        self.assertFalse([node for node in tree.all("svg")
                          if node.words.get("role") == "img"])
        text = tree.text()
        for sentence in ("Nothing has been recorded yet.",
                         "No bounce was judged forged or suspect.",
                         "SPF is not checked here.",
                         "There is no key yet"):
            self.assertIn(sentence, text)

    def test_days_that_nobody_kept_are_no_zeros(self):
        figure = next(node for node in self.trees["quiet"].all("figure")
                      if node.words["id"] == "forged")
        found = rows(figure)
        self.assertEqual(found[0][1:], ["not kept"] * 5)
        self.assertIsInstance(found[9][1], int)

    def test_numbers_are_those_of_json(self):
        for scene, text in self.texts.items():
            with self.subTest(scene=scene):
                compare(text, json.loads(write(scene, "json").stdout))

    def test_hostile_names_are_text(self):
        tree = self.trees["hostile"]
        text = tree.text()
        for name in ("<script>alert(1)</script>", "&lt;&amp;&#60;",
                     '"><img src=http://x.example/ onerror=alert(1)>',
                     "moc.\\xe2\\x80\\xaegro.elpmaxe",
                     "</title></svg><h1>owned</h1>",
                     "\\xff\\xfe not UTF-8 \\xc3", "\\x1b[31mred",
                     255 * "W"):
            self.assertIn(name, text)
        self.assertNotIn("\u202e", text)
        self.assertNotIn("\x1b", text)
        for shown in tree.all("text"):
            self.assertLess(len(shown.text()), 110)

    def test_contrast(self):
        style = self.trees["attack"].one("style").text()
        for dark in (False, True):
            known = colours(style, dark)
            for back in ("page", "card"):
                for name in TEXT:
                    self.assertGreaterEqual(
                        contrast(known[name], known[back]), TEXT_CONTRAST,
                        (name, back, dark))
                for name in SHAPES:
                    self.assertGreaterEqual(
                        contrast(known[name], known[back]), SHAPE_CONTRAST,
                        (name, back, dark))

    def test_dark_has_its_own_colours(self):
        style = self.trees["attack"].one("style").text()
        self.assertNotEqual(colours(style, False)["card"],
                            colours(style, True)["card"])


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.file = pathlib.Path(self.folder.name) / "report.html"

    def test_new_file(self):
        os.umask(0)
        done = write("quiet", self.file)
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (0, "", ""))
        self.assertEqual(stat.S_IMODE(self.file.stat().st_mode), 0o640)
        self.assertEqual(os.listdir(self.folder.name), ["report.html"])
        self.assertEqual(self.file.read_text(encoding="utf-8"),
                         made("quiet"))

    def test_file_is_replaced_whole(self):
        """It may be a web server's."""
        self.file.write_text("old")
        self.file.chmod(0o644)
        before = self.file.stat().st_ino
        self.assertEqual(write("quiet", self.file).returncode, 0)
        now = self.file.stat()
        self.assertNotEqual(now.st_ino, before)
        self.assertEqual(stat.S_IMODE(now.st_mode), 0o644)
        self.assertEqual(os.listdir(self.folder.name), ["report.html"])
        self.assertEqual(self.file.read_text(encoding="utf-8"),
                         made("quiet"))

    def test_what_is_no_file_is_not_replaced(self):
        """Root could put a page in the place of /dev/null."""
        os.mkfifo(self.file)
        link = self.file.with_name("link")
        link.symlink_to("/dev/null")
        for path in self.file, link, self.folder.name:
            done = write("quiet", path)
            self.assertEqual(done.returncode, 73)
            self.assertIn(f"{path} is a device, a link or the like, and stays "
                          "as it is", done.stderr)
        self.assertTrue(self.file.is_fifo())
        self.assertTrue(link.is_symlink())

    def test_folder_that_is_not_there(self):
        done = write("quiet", "/nowhere/report.html")
        self.assertEqual(done.returncode, 73)
        self.assertRegex(done.stderr, "^backstop: /nowhere/report.html could "
                         "not be written: No such file or directory; .*"
                         "--html ")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
