#!/usr/bin/python3
"""A stop of the engine that is no gap, and all those that are: the real engine
and the real filter, which the test plays smtpd to.

usage: test_pause.py BACKSTOP BACKSTOPD OLD_STORE FILTER [TEST ...]
"""

import json
import os
import shutil
import signal
import time

from cli_case import PATIENCE_S, Case, Engine, Wire, main
from pipes import Filter, Smtpd

FILTER = []
LONG = 3600 * 24


class Pausing(Case):
    def setUp(self):
        super().setUp()
        self.call("init", "-k", "4")

    def configured(self):
        return super().configured().replace(
            "lifetime = 10", "sign = yes\noutbound = here\nlifetime = 2")

    def engine(self):
        """Gaps have whole seconds: none begins and ends in the same."""
        time.sleep(1.1)
        return Engine(self, conf_in_place=True)

    def store(self):
        result, = self.json_of_any_status("status")
        return result["store"]

    def json_of_any_status(self, *words):
        done = self.run_raw("-c", self.conf, "--json", *words)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def gaps(self):
        return len(self.store()["gaps"])

    def pause(self):
        return self.store().get("pause")

    def wait_for(self, what):
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            if what():
                return
            time.sleep(0.05)
        self.fail(f"in vain: {self.store()}")

    def run_and_send(self, message_id="a@example.org"):
        """An engine's life, in which the adapter "opensmtpd" sends."""
        with self.engine(), Wire(self.path("sock")) as w:
            w.send("alice@example.org", message_id)


class Stop(Pausing):
    """The test speaks for the adapter."""

    def asked(self, w):
        return w.ask(op="ping").get("asks")

    def hello(self, w, asks, knows=LONG, **more):
        w.ask(op="sent", mode="out", client="local", hello=asks,
              knows_seconds=knows, **more)

    def test_nothing_was_missed(self):
        self.run_and_send()
        with self.engine(), Wire(self.path("sock")) as w:
            self.assertEqual(self.gaps(), 0)
            self.assertIsNotNone(self.pause())
            self.assertIn("a gap unless", self.call("status"))
            answer = w.bounce("alice@example.org", message_id="x@example.org")
            self.assertEqual(answer["verdict"], "unknown")
            asks = self.asked(w)
            # neither another's number nor another adapter ends it
            self.hello(w, int(asks) ^ 1)
            self.assertEqual(self.asked(w), asks)
            self.assertIsNone(w.ask(op="ping", host="exim").get("asks"))
            w.ask(op="sent", mode="out", client="local", hello=asks,
                  knows_seconds=LONG, host="exim")
            self.assertIsNotNone(self.pause())
            self.hello(w, asks)
            self.assertIsNone(self.pause())
            self.assertIsNone(self.asked(w))
        self.assertEqual(self.gaps(), 0)
        # and once more
        with self.engine(), Wire(self.path("sock")) as w:
            self.hello(w, self.asked(w))
        self.assertEqual((self.gaps(), self.pause()), (0, None))

    def test_all_that_send_are_awaited(self):
        with self.engine(), Wire(self.path("sock")) as w:
            w.send("alice@example.org", "a@example.org")
            w.send("alice@example.org", "b@example.org", host="exim")
        with self.engine(), Wire(self.path("sock")) as w:
            asks = self.asked(w)
            self.hello(w, asks)
            self.assertIsNone(self.asked(w))
            self.assertIsNotNone(self.pause())
            self.hello(w, asks, host="exim")
            self.assertIsNone(self.pause())
        self.assertEqual(self.gaps(), 0)

    def test_what_was_missed(self):
        self.run_and_send()
        with self.engine(), Wire(self.path("sock")) as w:
            self.hello(w, self.asked(w), missed_seconds=1)
            self.assertEqual((self.gaps(), self.pause()), (1, None))

    def test_one_that_cannot_know(self):
        self.run_and_send()
        with self.engine(), Wire(self.path("sock")) as w:
            self.hello(w, self.asked(w), knows=0)
            self.assertEqual((self.gaps(), self.pause()), (1, None))

    def test_one_that_never_comes(self):
        """An older adapter does not know the question."""
        self.run_and_send()
        with self.engine():
            pass
        with self.engine():
            self.assertEqual(self.gaps(), 1)
            self.assertIsNotNone(self.pause())

    def test_nobody_was_seen_to_send(self):
        with self.engine():
            pass
        with self.engine():
            self.assertEqual((self.gaps(), self.pause()), (1, None))

    def test_killed(self):
        with self.engine() as engine, Wire(self.path("sock")) as w:
            w.send("alice@example.org", "a@example.org")
            engine.process.send_signal(signal.SIGKILL)
            engine.process.wait(PATIENCE_S)
        with self.engine():
            self.assertEqual((self.gaps(), self.pause()), (1, None))

    def test_killed_after_a_pause(self):
        self.run_and_send()
        with self.engine() as engine:
            self.assertIsNotNone(self.pause())
            engine.process.send_signal(signal.SIGKILL)
            engine.process.wait(PATIENCE_S)
        with self.engine():
            self.assertEqual(self.pause(), None)
            # they are near each other, and so one
            self.assertEqual(self.gaps(), 1)


class SetBack(Pausing):
    """What was written after a snapshot is gone: there must be a gap."""

    def setUp(self):
        super().setUp()
        self.run_and_send()

    def after(self, take, put):
        take()
        self.run_and_send("lost@example.org")
        put()
        with self.engine():
            self.assertEqual(self.pause(), None)
            self.assertEqual(self.gaps(), 1)

    def state(self, *names):
        return self.path("state", *names)

    def test_data_written_over(self):
        """The file keeps its inode."""
        def put():
            with open(self.path("snap"), "rb") as snap, \
                    open(self.state("store", "data.mdb"), "r+b") as file:
                file.write(snap.read())
                file.truncate()

        self.after(lambda: shutil.copy(self.state("store", "data.mdb"),
                                       self.path("snap")), put)

    def test_store_copied(self):
        def put():
            shutil.rmtree(self.state("store"))
            self.copy(self.path("snap"), self.state("store"))

        self.after(lambda: self.copy(self.state("store"), self.path("snap")),
                   put)

    def copy(self, old, new):
        """As cp -a does."""
        shutil.copytree(old, new)
        for folder, names, files in os.walk(old):
            for name in [".", *names, *files]:
                path = os.path.join(folder, name)
                st = os.lstat(path)
                os.chown(os.path.join(new, os.path.relpath(path, old)),
                         st.st_uid, st.st_gid)

    def test_all_state_copied(self):
        def put():
            shutil.rmtree(self.state())
            self.copy(self.path("snap"), self.state())

        self.after(lambda: self.copy(self.state(), self.path("snap")), put)

    def test_all_state_written_over(self):
        def put():
            for folder, _, files in os.walk(self.path("snap")):
                for name in files:
                    old = os.path.join(folder, name)
                    with open(old, "rb") as snap, open(os.path.join(
                            self.state(),
                            os.path.relpath(old, self.path("snap"))),
                            "r+b") as file:
                        file.write(snap.read())
                        file.truncate()

        self.after(lambda: self.copy(self.state(), self.path("snap")), put)

    def test_the_original_put_back(self):
        """The run was on a copy; what is put back was never touched."""
        def take():
            os.rename(self.state(), self.path("snap"))
            self.copy(self.path("snap"), self.state())

        def put():
            shutil.rmtree(self.state())
            os.rename(self.path("snap"), self.state())

        self.after(take, put)

    def test_the_socket_folder_is_empty_after_a_boot(self):
        os.unlink(self.path("engine.ticket"))
        with self.engine():
            self.assertIsNotNone(self.pause())
        self.assertEqual(self.gaps(), 0)

    def test_written_to_by_the_command_line(self):
        self.call("store", "confirm-clock")
        with self.engine():
            self.assertEqual((self.gaps(), self.pause()), (1, None))


class WithFilter(Pausing):
    def setUp(self):
        super().setUp()
        os.mkdir(self.path("kept"))

    def start(self, mode="out", folder="kept"):
        running = Filter(FILTER[0], "-m", mode, "-s", self.path("sock"), "-i",
                         "no", "-t", "200", "-v", "-d", self.path(folder))
        self.addCleanup(running.close)
        smtpd = Smtpd(running)
        smtpd.hello()
        return running, smtpd

    def age_folder(self):
        """It was there long before."""
        before = time.time() - 3600
        os.utime(self.path("kept", "since"), (before, before))

    def finish(self, running):
        status, log = running.finish()
        self.assertEqual(status, 0, log)

    def send(self, smtpd, session):
        """A mail that smtpd accepts, signed or not."""
        smtpd.connect(session, source="127.0.0.1:25")
        smtpd.mail(session, 1, "alice@example.org")
        signed = smtpd.reply(session, 1).startswith("rewrite")
        smtpd.rcpt_was(session, "bob@example.net")
        smtpd.commit(session)
        smtpd.report("link-disconnect", session)
        smtpd.fence()
        return signed

    def miss(self, running, smtpd, session):
        """A mail that the engine is not told of."""
        self.assertFalse(self.send(smtpd, session))
        log = []

        def given_up():
            log.extend(running.errors().splitlines())
            return any("no answer" in line and "op=sent" in line
                       for line in log)

        self.wait_for(given_up)

    def left(self):
        """The files of filters that left something, or live."""
        return [name for name in os.listdir(self.path("kept"))
                if name != "since"]

    def life(self):
        """An engine and a filter, which sends, and both end well."""
        with self.engine():
            running, smtpd = self.start()
            self.age_folder()
            self.assertTrue(self.send(smtpd, 1))
            self.finish(running)
        self.assertEqual(self.left(), [])

    def check(self, gaps):
        self.wait_for(lambda: self.pause() is None)
        self.wait_for(lambda: self.gaps() >= gaps)
        self.assertEqual(self.gaps(), gaps)

    def test_a_reboot(self):
        self.life()
        for name in ("engine.ticket", "sock"):
            if os.path.exists(self.path(name)):
                os.unlink(self.path(name))
        with self.engine():
            running, _ = self.start()
            self.check(0)
            self.finish(running)
        self.assertEqual(self.left(), [])

    def test_an_engine_that_is_restarted(self):
        """The filter lives on, and is idle."""
        with self.engine():
            running, smtpd = self.start()
            self.age_folder()
            self.assertTrue(self.send(smtpd, 1))
        with self.engine():
            self.check(0)
            self.finish(running)

    def test_mail_that_leaves_meanwhile(self):
        with self.engine():
            running, smtpd = self.start()
            self.assertTrue(self.send(smtpd, 1))
        self.miss(running, smtpd, 2)
        with self.engine():
            self.check(1)
            self.finish(running)
        self.assertEqual(self.left(), [])

    def missed_by_one_that_is_gone(self, end):
        with self.engine():
            running, smtpd = self.start()
            self.assertTrue(self.send(smtpd, 1))
        self.miss(running, smtpd, 2)
        end(running)
        self.assertEqual(len(self.left()), 1)
        with self.engine():
            # the one for incoming mail comes first
            running, _ = self.start("in")
            self.check(1)
            self.finish(running)
        self.assertEqual(self.left(), [])

    def test_the_incoming_filter_comes_first(self):
        self.missed_by_one_that_is_gone(self.finish)

    def test_a_filter_that_was_killed_meanwhile(self):
        self.missed_by_one_that_is_gone(lambda running: running.close())

    def test_a_filter_that_was_killed(self):
        """Beside an engine that lives."""
        with self.engine():
            running, smtpd = self.start()
            self.assertTrue(self.send(smtpd, 1))
            running.close()
            running, _ = self.start("in")
            self.check(1)
            self.finish(running)

    def test_smtpd_ends_amid_a_message(self):
        """Whether it accepted the message nobody knows."""
        with self.engine():
            running, smtpd = self.start()
            smtpd.connect(1, source="127.0.0.1:25")
            smtpd.mail(1, 1, "alice@example.org")
            self.assertTrue(smtpd.reply(1, 1).startswith("rewrite"))
            smtpd.rcpt_was(1, "bob@example.net")
            smtpd.fence()
            self.finish(running)
            self.assertEqual(len(self.left()), 1)
            running, _ = self.start()
            self.check(1)
            self.finish(running)

    def test_another_filter_has_yet_to_tell(self):
        """One that hangs may have missed mail: nobody speaks for it."""
        with self.engine():
            hanging, smtpd = self.start()
            self.assertTrue(self.send(smtpd, 1))
        self.miss(hanging, smtpd, 2)
        hanging.signal(signal.SIGSTOP)
        with self.engine():
            running, smtpd = self.start("in")
            smtpd.connect(1)
            smtpd.mail(1, 1, "")
            smtpd.reply(1, 1)
            self.assertIsNotNone(self.pause())
            hanging.signal(signal.SIGCONT)
            self.check(1)
            self.finish(running)
            self.finish(hanging)

    def test_files_of_others_stay(self):
        """The folder may be a wrong one, and the filter root's."""
        paths = [self.path("kept", name) for name in ("passwd", "1.conf")]
        for path in paths:
            self.write(path, "root:x:0:0::/:/bin/sh\n")
        self.life_beside(paths)

    def life_beside(self, paths):
        with self.engine():
            running, smtpd = self.start()
            self.age_folder()
            self.assertTrue(self.send(smtpd, 1))
            self.finish(running)
        self.assertEqual([path for path in paths if os.path.exists(path)],
                         paths)

    def test_nothing_can_be_kept(self):
        with self.engine():
            running, smtpd = self.start(folder="none")
            self.assertTrue(self.send(smtpd, 1))
            self.finish(running)
        with self.engine():
            running, smtpd = self.start(folder="none")
            self.send(smtpd, 1)
            self.check(1)
            self.finish(running)

    def test_the_folder_is_new(self):
        """What was in it before may have told of mail."""
        self.life()
        shutil.rmtree(self.path("kept"))
        os.mkdir(self.path("kept"))
        with self.engine():
            running, _ = self.start()
            self.check(1)
            self.finish(running)


if __name__ == "__main__":
    main(FILTER)
