"""Chromium without a window, led by the DevTools protocol over two pipes."""

import base64
import itertools
import json
import os
import select
import subprocess
import sys
import time

# Ends a test that waits in vain; no result depends on it.
PATIENCE = 180

OPTIONS = """
--headless=new --remote-debugging-pipe --no-sandbox --no-first-run
--disable-gpu --disable-dev-shm-usage --disable-extensions --disable-sync
--disable-background-networking --disable-component-update
--force-color-profile=srgb
--user-data-dir=/tmp/browser about:blank
""".split()

# Chromium reads commands from 3 and writes to 4, whatever ours are called.
START = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
for end, number in zip(ends, (3, 4)):
    os.dup2(end, number)
os.execvp(sys.argv[3], sys.argv[3:])
"""


class BrowserError(AssertionError):
    """Chromium ended, was silent, or did not understand us."""


class Browser:
    """command(*words) gives the command line that runs words where Chromium
    lives."""

    def __init__(self, command, log, program="chromium"):
        ours, theirs = os.pipe(), os.pipe()
        self._to, self._from = ours[1], theirs[0]
        self._numbers = itertools.count(1)
        self._buffer = b""
        self._events = []
        with open(log, "ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", START, str(ours[0]), str(theirs[1]),
                 *command(program, *OPTIONS)],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                pass_fds=(ours[0], theirs[1]), start_new_session=True)
        os.close(ours[0])
        os.close(theirs[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        try:
            self.call("Browser.close")
        except (BrowserError, OSError):
            self.process.kill()
        self.process.wait()
        os.close(self._to)
        os.close(self._from)

    def call(self, method, session=None, **words):
        """Calls a method, and returns its result."""
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": words}
        if session:
            message["sessionId"] = session
        try:
            os.write(self._to, json.dumps(message).encode() + b"\0")
        except BrokenPipeError as error:
            raise BrowserError("Chromium has ended") from error
        while True:
            answer = self._next()
            if answer.get("id") != number:
                self._events.append(answer)
            elif "error" in answer:
                raise BrowserError(f"{method}: {answer['error']}")
            else:
                return answer["result"]

    def wait_for(self, method, session):
        """The next event of that name."""
        while True:
            for event in self._events:
                if (event.get("method") == method
                        and event.get("sessionId") == session):
                    self._events.remove(event)
                    return event["params"]
            self._events.append(self._next())

    def events(self, session, *methods):
        """What has come of these so far; it stays."""
        return [event for event in self._events
                if event.get("sessionId") == session
                and event.get("method") in methods]

    def _next(self):
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._buffer:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self._from], [], [], left)[0]:
                raise BrowserError("Chromium is silent")
            got = os.read(self._from, 1 << 20)
            if not got:
                raise BrowserError("Chromium has ended")
            self._buffer += got
        line, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(line)


class Page:
    """A file that Chromium shows."""

    TROUBLE = ("Log.entryAdded", "Runtime.exceptionThrown",
               "Runtime.consoleAPICalled")

    def __init__(self, browser, path, width, scheme="light", height=900):
        self.browser, self.path = browser, path
        target = browser.call("Target.createTarget", url="about:blank")
        self._target = target["targetId"]
        self.session = browser.call("Target.attachToTarget", flatten=True,
                                    targetId=self._target)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.call(f"{domain}.enable")
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=False)
        self.media(scheme)
        self.call("Page.navigate", url=f"file://{path}")
        browser.wait_for("Page.loadEventFired", self.session)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.browser.call("Target.closeTarget", targetId=self._target)

    def call(self, method, **words):
        return self.browser.call(method, self.session, **words)

    def media(self, scheme, media=""):
        self.call("Emulation.setEmulatedMedia", media=media, features=[
            {"name": "prefers-color-scheme", "value": scheme}])

    def ask(self, expression):
        """The value of an expression of JavaScript."""
        answer = self.call("Runtime.evaluate", expression=expression,
                           returnByValue=True)
        if "exceptionDetails" in answer:
            raise BrowserError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def picture(self, path):
        """Writes all of it as PNG."""
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True,
                         clip={**size, "scale": 1})["data"]
        path.write_bytes(base64.b64decode(data))

    def paper(self, path):
        """Writes it as PDF on A4."""
        data = self.call("Page.printToPDF", paperWidth=8.27, paperHeight=11.69,
                         printBackground=False)["data"]
        path.write_bytes(base64.b64decode(data))

    def requests(self):
        return [event["params"]["request"]["url"] for event in
                self.browser.events(self.session, "Network.requestWillBeSent")]

    def trouble(self):
        """What it complained of."""
        return self.browser.events(self.session, *self.TROUBLE)
