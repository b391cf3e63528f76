"""The tests of the package itself, as autopkgtest runs them: each on a host
that has what they depend on, as the package was built."""

import re

import pytest

from build import source
from debs import PackagedHost

KIND = PackagedHost
FOLDER = source() / "packaging/debian/tests"
NEEDS = {name: depends.split(", ") for name, depends in re.findall(
    r"^Tests: (\w+)\nDepends: (.*)\n", (FOLDER / "control").read_text(),
    re.M)}


@pytest.mark.parametrize("name", NEEDS)
def test_autopkgtest(host, name):
    for path in FOLDER.iterdir():
        host.write(f"/root/tests/{path.name}", path.read_text(), 0o755)
    host.apt("install", *(
        host.debs.path(package) if "backstop" in package else package
        for package in ["backstop", *NEEDS[name]]
        if package != "ca-certificates"))  # its file is there
    done = host.run("DEBIAN_FRONTEND=noninteractive", f"/root/tests/{name}",
                    check=False)
    assert not done.returncode, done.stdout + done.stderr
