"""The story of tests/demo.sh exim is true, in each release."""

import demo


def test_the_story(lab, exim):
    """Of -heavy and -light alike, but that -light refuses nothing at RCPT:
    that is told of -heavy."""
    if exim.at_rcpt:
        demo.tell(exim, lab.remote(), demo.STORIES["exim"])
