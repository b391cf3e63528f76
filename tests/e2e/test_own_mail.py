"""Mail of the host's own programs under OpenSMTPD."""

import pytest

import layouts
from both_own_mail import DOMAINS, OwnMail, add_alias


@pytest.fixture(scope="module", params=["one_hop", "two_hops"])
def own(request, lab):
    with lab.bare_ours(domains=DOMAINS) as host:
        add_alias(host)
        yield lab.bring_up(host, getattr(layouts, request.param))


class TestSmtpd(OwnMail):
    pass
