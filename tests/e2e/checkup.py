"""What backstop doctor says of a host."""

import json

# There is no DNS in the lab, whether this machine's clock is synchronised does
# not depend on Backstop, and the lab's keys are older than any tag of a test.
ELSEWHERE = {"dns", "clock-sync", "key-age"}


def doctor(host):
    """The findings that are not fine, by check, and the exit status."""
    done = host.backstop("--json", "doctor", check=False)
    assert not done.stderr, done.stderr
    result = json.loads(done.stdout)
    return {one["check"]: one for one in result["findings"]
            if one["severity"] != "ok"}, done.returncode


def found(host):
    findings, status = doctor(host)
    assert status == 1, findings  # there is no DNS
    return {check: one for check, one in findings.items()
            if check not in ELSEWHERE}


def change(host, path, old, new):
    text = host.read(path)
    assert old in text, text
    host.write(path, text.replace(old, new))
    return text
