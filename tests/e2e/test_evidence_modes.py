"""What each mode does with a bounce that has no tag, on a real smtpd."""

import pytest

import both_evidence
import layouts


@pytest.fixture(scope="module", params=both_evidence.MODES)
def moded(lab, request):
    layout = layouts.sinking(layouts.reading(layouts.one_hop))
    with lab.old_ours(layout, mode=request.param,
                      exempt=both_evidence.EXEMPT) as host:
        host.mode = request.param
        yield host


class TestEvidence(both_evidence.OfBoth):
    pass
