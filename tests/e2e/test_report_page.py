"""The report's page in Chromium, as people meet it: on telephones and wide
screens, by day and by night, on paper, by ear. Its pictures are kept in the
logs of the run, for a look."""

import contextlib
import json
import pathlib

import pytest

import browser
import build
import roots
from host import wait_until
from report_page import compare
from talk import ALICE, bounce, forge

# A month with an attack is looked at in all ways, others in the extreme ones.
ALL = [(width, scheme) for width in (360, 1000, 1600)
       for scheme in ("light", "dark")]
SOME = [(360, "dark"), (1600, "light")]
MADE_UP = ("attack", "quiet", "empty", "many", "hostile")
LOOKS = [("attack", *look) for look in ALL] + [
    (scene, *look) for scene in ("real", *MADE_UP[1:]) for look in SOME]

# What is wrong with how it looks, in words.
FAULTS = r"""(() => {
const found = [];
const top = document.documentElement;
if (top.scrollWidth > top.clientWidth)
    found.push(`it is ${top.scrollWidth} pixels wide`);
const seen = [...document.querySelectorAll("*")].filter(one =>
    one.checkVisibility() && one.getBoundingClientRect().width > 0);

const values = colour => colour.match(/[\d.]+/g).map(Number);
const light = colour => values(colour).slice(0, 3).map(value => value / 255)
    .map(value => value <= .04045 ? value / 12.92
                                  : ((value + .055) / 1.055) ** 2.4)
    .reduce((sum, value, at) => sum + value * [.2126, .7152, .0722][at], 0);
function back(one) {
    for (; one; one = one.parentElement) {
        const colour = getComputedStyle(one).backgroundColor;
        if ((values(colour)[3] ?? 1) === 1)
            return colour;
    }
    return "rgb(255, 255, 255)";
}
for (const one of seen) {
    const own = [...one.childNodes].some(node =>
        node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!own || ["style", "title", "desc"].includes(one.localName))
        continue;
    const style = getComputedStyle(one);
    const ink = one.localName === "text" ? style.fill : style.color;
    const [low, high] = [light(ink), light(back(one))].sort((a, b) => a - b);
    const contrast = (high + .05) / (low + .05);
    if (contrast < 4.5)
        found.push(`contrast ${contrast.toFixed(2)}: ${one.textContent}`);
}

for (const picture of document.querySelectorAll("figure svg[role=img]")) {
    const card = picture.closest("figure").getBoundingClientRect();
    const texts = [...picture.querySelectorAll("text")].filter(one =>
        one.checkVisibility());
    const boxes = texts.map(one => one.getBoundingClientRect());
    boxes.forEach((box, at) => {
        const words = texts[at].textContent;
        if (box.left < card.left || box.right > card.right)
            found.push(`it leaves its card: ${words}`);
        boxes.slice(0, at).forEach((other, before) => {
            if (Math.min(box.right, other.right) -
                    Math.max(box.left, other.left) > 1 &&
                Math.min(box.bottom, other.bottom) -
                    Math.max(box.top, other.top) > 4)
                found.push(`${words} lies upon ` +
                           texts[before].textContent);
        });
    });
}
return found;
})()"""

OPEN_ALL = """document.querySelectorAll("details").forEach(
    one => { one.open = true; })"""

TABLES_SEEN = """[...document.querySelectorAll("details table")].map(
    one => one.checkVisibility() && one.offsetHeight > 0)"""

FOREIGN = """[document.scripts.length, document.images.length,
    document.querySelectorAll("h1").length, document.title]"""


def counted(host):
    """Bounces delivered and refused; the engine writes them each second."""
    report = json.loads(host.backstop("--json", "report").stdout)
    return [report["bounces"][name] for name in ("genuine", "rejected")]


@pytest.fixture(scope="module")
def pages(lab):
    """Pages by name, each with the same report as JSON: made-up ones, and that
    of a host which was bounced at."""
    if lab.suite != roots.LINT_SUITE:
        pytest.skip("a page looks the same wherever it was made")
    with lab.ours() as host:
        tag = host.sign(ALICE)
        for number in range(3):
            assert bounce(host, tag, f"genuine-{number}").startswith("250")
            assert bounce(host, forge(tag), f"{number}").startswith("550")
        wait_until(lambda: counted(host) == [3, 3], "bounces in the report")
        texts, reports = {}, {}
        for scene in MADE_UP:
            texts[scene] = host.run("report_page", scene, "-").stdout
            reports[scene] = host.run("report_page", scene, "json").stdout
        host.backstop("report", "--html", "/root/report.html")
        texts["real"] = host.read("/root/report.html")
        reports["real"] = host.backstop("--json", "report").stdout
    return {name: (text, json.loads(reports[name]))
            for name, text in texts.items()}


@pytest.fixture(scope="module")
def viewer(lab, pages):
    """Chromium on a host of its own, where the pages lie in /pages."""
    with build.browser_of(lab) as host:
        for name, (text, _) in pages.items():
            host.write(f"/pages/{name}.html", text)
        with browser.Browser(host.command,
                             host.folder / "chromium.log") as made:
            made.host = host
            yield made


def kept(viewer, name):
    """Where a picture is kept after the test."""
    folder = (pathlib.Path(viewer.host.lan.folder).parent / "logs" /
              roots.LINT_SUITE / "report")
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


@contextlib.contextmanager
def shown(viewer, name, *look):
    """A page; in the end it has asked for nothing and complained of nothing.
    """
    path = f"/pages/{name}.html"
    with browser.Page(viewer, path, *look) as page:
        yield page
        assert page.requests() == [f"file://{path}"]
        assert not page.trouble()


def test_real_numbers(pages):
    """A host that was bounced at tells so."""
    compare(*pages["real"])


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(
    map(str, look)))
def test_looks(viewer, look):
    name, width, scheme = look
    with shown(viewer, name, width, scheme) as page:
        page.picture(kept(viewer, f"{name}-{width}-{scheme}.png"))
        assert page.ask(FAULTS) == []
        page.ask(OPEN_ALL)
        assert page.ask(FAULTS) == []


@pytest.mark.parametrize("name", ["attack", "hostile"])
def test_by_ear(viewer, name):
    """Each picture has a name for who cannot see it, and a table."""
    with shown(viewer, name, 1000) as page:
        pictures = page.ask(
            "document.querySelectorAll('svg[role=img]').length")
        nodes = page.call("Accessibility.getFullAXTree")["nodes"]
        told = [node for node in nodes
                if node["role"]["value"] in ("img", "image")]
        assert len(told) == pictures
        assert pictures > 9
        for node in told:
            assert node["name"]["value"] and node["description"]["value"]
        page.ask(OPEN_ALL)
        assert len(page.ask(TABLES_SEEN)) == pictures


def test_on_paper(viewer):
    """All tables are there, on white."""
    with shown(viewer, "attack", 1000, "dark") as page:
        assert not any(page.ask(TABLES_SEEN))
        page.media("dark", "print")
        assert all(page.ask(TABLES_SEEN))
        assert page.ask("getComputedStyle(document.body).backgroundColor"
                        ) == "rgb(255, 255, 255)"
        assert page.ask(FAULTS) == []
        page.paper(kept(viewer, "attack.pdf"))


def test_hostile_names(viewer):
    """Nothing that a stranger wrote became an element."""
    with shown(viewer, "hostile", 1000) as page:
        scripts, images, headings, title = page.ask(FOREIGN)
        assert (scripts, images, headings) == (0, 0, 1)
        assert "<script>alert(1)</script>" in title
