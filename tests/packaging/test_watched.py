"""Prometheus and node-exporter, as Debian 12 has them, watch a host with
Backstop, set up by the lines of the documents: the alerts and the dashboard ask
for what is there."""

import json
import os
import re
import shutil

import pytest

import layouts
import roots
from booted import BootedHost, NoCgroups, may_boot
from build import source
from documents import manual, one_with, readme, typed
from hooks import REPORT
from host import wait_until
from lab import SOCKET
from wire import Questions

PAGE = "common/backstop.7"
SHARED = "/usr/share/backstop"
PROMETHEUS = "/etc/prometheus/prometheus.yml"
TEXTFILE = "/var/lib/prometheus/node-exporter/backstop.prom"
METRIC = re.compile(r"\bbackstop_\w+")

# Asks what stands in the lines of standard input.
ASK = r"""
while read -r expr; do
    curl -sSG --data-urlencode "query=$expr" "$1/query" || exit
    echo
done
"""

# What stands for something else in the dashboard's queries.
VARIABLES = {"$instance": ".*", "$domain": ".*", "$__rate_interval": "1m",
             "$__range": "1h"}


def document(name):
    return (source() / "packaging/prometheus" / name).read_text()


def rules():
    """(name, expression) of the alerts, without an YAML of our own: promtool
    reads the file."""
    text = document("alerts.yml")
    found = re.findall(r"- alert: (\w+)\n +expr: (.*(?:\n {10,}.*)*)", text)
    assert len(found) == text.count("- alert:")
    return [(name, expr.removeprefix("|-")) for name, expr in found]


def panels():
    return [panel for panel in json.loads(document("dashboard.json"))["panels"]
            if panel["type"] != "row"]


def queries():
    """(where, expression) of the dashboard."""
    found = []
    for panel in panels():
        for target in panel["targets"]:
            expr = target["expr"]
            for name, value in VARIABLES.items():
                expr = expr.replace(name, value)
            found.append((panel["title"], expr))
    return found


class Watched(BootedHost):
    """The host of the story."""

    def page(self, word):
        """Types the lines of the manual page that have a word in them."""
        return self.shell(one_with(manual(PAGE), word)).stdout

    def queries(self, exprs):
        """What Prometheus says to each: series with their values."""
        said = self.run("sh", "-c", ASK, "sh", "http://localhost:9090/api/v1",
                        text="".join(f"{' '.join(expr.split())}\n"
                                     for expr in exprs)).stdout
        answers = [json.loads(line) for line in said.splitlines()]
        for expr, answer in zip(exprs, answers, strict=True):
            assert answer["status"] == "success", f"{expr}: {answer}"
        return [answer["data"]["result"] for answer in answers]

    def query(self, expr):
        return self.queries([expr])[0]

    def wait_query(self, expr):
        return wait_until(lambda: self.query(expr),
                          lambda: f"{expr}:\n{self.metrics()}")

    def metrics(self):
        return self.run("backstop", "metrics", check=False).stdout

    def active(self, *units):
        return self.run("systemctl", "is-active", *units,
                        check=False).stdout.split()


def pytest_generate_tests(metafunc):
    metafunc.parametrize("debs", ["bookworm"], indirect=True, scope="session")


@pytest.fixture(scope="module")
def host(debs):
    try:
        may_boot()
    except NoCgroups as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"systemd cannot be booted here: {error}")
    made = Watched(debs.lan, "ours", layouts.OUR_ADDRESS,
                   [roots.root(debs.suite, kind="watched")])
    with made:
        made.settle(debs)
        # as often as a busy machine answers: what took longer than the
        # interval is no scrape
        made.write(PROMETHEUS, re.sub("(scrape_interval: +)15s", r"\g<1>3s",
                                      made.read(PROMETHEUS).replace(
                                          "evaluation_interval: 15s",
                                          "evaluation_interval: 1s")))
        made.boot()
        yield made


@pytest.fixture(autouse=True)
def step(request, host):
    """A step begins where all before it went well."""
    assert not host.stuck, f"{host.stuck} went wrong before"
    host.stuck = request.node.name
    yield
    report = request.node.stash.get(REPORT, None)
    if report is None or report.passed:
        host.stuck = None


def test_off_by_itself(host):
    """As installed, nobody listens and nothing is written."""
    lines = one_with(readme("Set it up"), "build.sh")
    host.shell(lines.partition("build.sh")[2].split("\n", 1)[1])
    host.shell(one_with(readme("Set it up"), "checkconf"))
    assert set(host.active("backstop-metrics.socket",
                           "backstop-metrics.timer")) == {"inactive"}
    for unit in ("socket", "timer"):
        assert host.run("systemctl", "is-enabled", f"backstop-metrics.{unit}",
                        check=False).stdout == "disabled\n"


def test_rules(host):
    """What promtool says of the alerts, and of scenes in which they fire."""
    host.run("promtool", "check", "rules", f"{SHARED}/alerts.yml")
    shutil.copy(source() / "tests/packaging/alerts_test.yml",
                host.path("/tmp/alerts_test.yml"))
    said = host.run("promtool", "test", "rules", "/tmp/alerts_test.yml")
    assert "SUCCESS" in said.stdout, said.stdout
    scenes = host.read("/tmp/alerts_test.yml")
    for name, _ in rules():
        assert f'alertname="{name}"' in scenes, f"no scene for {name}"


def test_dashboard():
    """It fits a screen, and each picture says what it shows."""
    taken = set()
    for panel in json.loads(document("dashboard.json"))["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                 for y in range(place["y"], place["y"] + place["h"])}
        assert not cells & taken and place["x"] + place["w"] <= 24, panel
        taken |= cells
    for panel in panels():
        assert panel["title"] and panel["description"].endswith(".")
    height = max(y for _, y in taken) + 1
    assert len(taken) == 24 * height, "there are holes in it"


def test_port(host):
    """By the lines of the page; promtool has nothing to say of it."""
    lines = typed(one_with(manual(PAGE), "curl"))
    assert typed(one_with(readme("Watch it"), "socket")) == lines[:1]
    for line in lines:
        said = host.shell(line).stdout
    assert "\nbackstop_up 1\n" in said
    checked = host.run("promtool", "check", "metrics", text=said)
    assert checked.stdout + checked.stderr == "", checked.stderr


def test_scraped(host):
    host.write(PROMETHEUS, host.read(PROMETHEUS).rstrip("\n") + "\n"
               + one_with(manual(PAGE), "job_name"))
    host.page("promtool")
    host.wait_query('up{job="backstop"} == 1')
    host.wait_query("prometheus_rule_group_rules == "
                    f"{len(rules())}")


def live(host):
    """Something of each kind happens."""
    with Questions(host.path(SOCKET)) as questions:
        tag = questions.sign("alice@example.org")["address"]
        questions.ask(op="sent", mode="out", client="127.0.0.1", sender=tag,
                      recipients=1, message_id="a@example.org",
                      header_from="alice@example.org",
                      recipient_domain="example.com")
        bad = tag[:9] + ("0" * 6 if tag[9:15] != "0" * 6 else "1" * 6) + tag[15:]
        for recipient in (tag, bad):
            questions.ask(op="data", sender="", recipient=recipient,
                          kind="dsn", client="192.0.2.1")


def test_queries(host):
    """Each is run against what was scraped; what they name is there."""
    live(host)
    # what a domain's first mail counts is there at once, and is no increase
    forged = 'backstop_bounces_total{job="backstop",verdict="forged"}'
    host.wait_query(f"sum({forged}) > 0")
    live(host)
    host.wait_query(f"sum(increase({forged}[1m])) > 0")
    known = {sample["metric"]["__name__"] for sample in host.query(
        '{__name__=~"backstop_.*",job="backstop"}')}
    asked = rules() + queries()
    for (where, expr), found in zip(asked, host.queries(
            [expr for _, expr in asked])):
        named = set(METRIC.findall(expr))
        assert named <= known, f"{where}: {named - known}"
        # nothing is wrong, so no alert has any
        assert bool(found) == ((where, expr) in queries()), f"{where}: {expr}"
    for variable in json.loads(document("dashboard.json"))["templating"][
            "list"][1:]:
        metric, label = re.fullmatch(r"label_values\((\w+).*, (\w+)\)",
                                     variable["definition"]).groups()
        assert host.query(f"count by ({label}) ({metric})")


def test_node_exporter(host):
    """By the timer, and that of its file is all that it needs."""
    begin = one_with(manual(PAGE), "enable --now backstop-metrics.timer")
    assert one_with(readme("Watch it"), "timer") == begin
    host.shell(begin)
    host.run("systemctl", "start", "backstop-metrics.service")
    assert host.run("stat", "-c", "%a %U", TEXTFILE).stdout == "644 root\n"
    host.wait_query('backstop_up{job="node"} == 1')
    assert host.query('node_textfile_scrape_error{job="node"} == 0')
    assert host.query("count(backstop_bounces_total{job='node'})")


def test_quiet(host):
    """Nobody wants a line in the journal for each scrape."""
    said = host.journal("-u", "backstop-metrics@*", "-u",
                        "backstop-metrics.service")
    assert not said, said
    listed = host.run("systemctl", "list-units", "--all", "--failed",
                      "--no-legend").stdout
    assert not listed, listed


def code(host):
    return host.run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}",
                    "http://localhost:10625/metrics").stdout


def test_what_is_wrong(host):
    """It is in the journal, and whoever scrapes sees that there is
    something."""
    host.set(clients="Debian-exim")
    host.run("systemctl", "reload", "backstopd")
    wait_until(lambda: code(host) == "500", lambda: host.journal())
    assert 'name the user in "clients"' in host.journal(
        "-u", "backstop-metrics@*")
    host.set(clients="_bsfilter, Debian-exim")
    host.run("systemctl", "reload", "backstopd")
    wait_until(lambda: code(host) == "200", lambda: host.journal())
    folder = os.path.dirname(TEXTFILE)
    host.run("mv", folder, f"{folder}.away")
    assert host.run("systemctl", "start", "backstop-metrics.service",
                    check=False).returncode
    assert "there is no such folder" in host.journal(
        "-u", "backstop-metrics.service")
    host.run("mv", f"{folder}.away", folder)
    host.run("systemctl", "start", "backstop-metrics.service")


def test_elsewhere(host):
    """Another address, as systemctl edit writes it down."""
    host.write("/etc/systemd/system/backstop-metrics.socket.d/override.conf",
               one_with(manual(PAGE), "ListenStream"))
    host.run("systemctl", "daemon-reload")
    host.run("systemctl", "restart", "backstop-metrics.socket")
    assert "\nbackstop_up 1\n" in host.run(
        "curl", "-sS", f"http://{layouts.OUR_ADDRESS}:10625/metrics").stdout
    host.run("systemctl", "revert", "backstop-metrics.socket")
    host.run("systemctl", "restart", "backstop-metrics.socket")


def test_engine_gone(host):
    """Both ways tell, and Prometheus is about to."""
    host.run("systemctl", "stop", "backstopd.socket", "backstopd.service")
    host.run("systemctl", "start", "backstop-metrics.service")
    for job in ("backstop", "node"):
        host.wait_query(f'backstop_up{{job="{job}"}} == 0')
        host.wait_query('ALERTS{alertname="BackstopEngineGone",'
                        f'job="{job}"}}')
    assert host.query('up{job="backstop"} == 1')
    host.run("systemctl", "start", "backstopd.socket", "backstopd.service")
    host.wait_query('backstop_up{job="backstop"} == 1')


def test_timer_stopped(host):
    """By the lines of the page."""
    host.page("rm /var/lib/prometheus")
    assert host.active("backstop-metrics.timer") == ["inactive"]
    assert not host.path(TEXTFILE).exists()


def test_removed(host):
    """With the port, the timer and the file, whose numbers would stay."""
    host.shell(one_with(readme("Watch it"), "timer"))
    host.run("systemctl", "start", "backstop-metrics.service")
    assert host.path(TEXTFILE).exists()
    host.apt("remove", "backstop")
    assert set(host.active("backstop-metrics.socket",
                           "backstop-metrics.timer")) <= {"inactive",
                                                          "unknown"}
    assert not host.path(TEXTFILE).exists()
    host.wait_query('up{job="backstop"} == 0')
    wait_until(lambda: not host.query('backstop_up{job="node"}'),
               "node-exporter to forget")
