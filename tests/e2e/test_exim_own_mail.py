"""Mail of the host's own programs under Exim."""

import pytest

from both_own_mail import DOMAINS, OwnMail, add_alias


@pytest.fixture(scope="module")
def own(exim):
    with exim.bare_ours(domains=DOMAINS) as host:
        add_alias(host)
        yield exim.bring_up(host)


class TestExim(OwnMail):
    pass
