"""backstop doctor with a real Exim whose configuration Debian makes from one
file, the template."""

import pytest

from checkup import change, found
from exim import EXAMPLES, SPLIT

TEMPLATE = "/etc/exim4/exim4.conf.template"

# Where the pieces go (backstop-exim(7)).
PLACES = {
    "main": "### end main/03_exim4-config_tlsoptions\n",
    "router": "### end router/200_exim4-config_primary\n",
    "transport": "### end transport/10_exim4-config_transport-macros\n",
}


@pytest.fixture(scope="module")
def exims(exim):
    with exim.ours() as host:
        host.configure_exim(use_split_config="false")
        for name, place in PLACES.items():
            host.path(SPLIT[name]).unlink()
            host.write(f"/etc/exim4/backstop/{name}",
                       (EXAMPLES / name).read_text())
            change(host, TEMPLATE, place, place + include(name))
        host.restart_exim()
        yield host


def include(name):
    return f".include_if_exists /etc/exim4/backstop/{name}\n"


def test_healthy(exims):
    assert found(exims) == {}
    text = exims.backstop("doctor", check=False).stdout
    assert "made from Debian's template" in text


@pytest.mark.parametrize("piece", PLACES)
def test_piece_lost(exims, piece):
    change(exims, TEMPLATE, include(piece), "")
    exims.update_exim()
    lost = found(exims)
    change(exims, TEMPLATE, PLACES[piece], PLACES[piece] + include(piece))
    stale = found(exims)
    exims.update_exim()
    assert set(lost) - {"exim-stale"} == {"exim-pieces"}, lost
    assert set(stale) - {"exim-stale"} == {"exim-pieces"}, stale
    assert f"/etc/exim4/backstop/{piece} where" in lost["exim-pieces"]["fix"]
    assert stale["exim-pieces"]["fix"].startswith("type: update-exim4.conf")
    exims.restart_exim()
    assert found(exims) == {}
