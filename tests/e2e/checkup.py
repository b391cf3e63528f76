"""What backstop doctor says of a host."""

import json

# There is no DNS on the wire, and who keeps this machine's clock is not for a
# test to say.
ELSEWHERE = {"dns", "clock-sync"}


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
