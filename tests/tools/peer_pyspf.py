"""pyspf's word on queries: reads and writes what spf_many does.

usage: peer_pyspf.py [--pydns] [--zone ZONE.json] [--amend NAME,...] <QUERIES

With a zone it asks that in place of DNS; it then needs dnsd.py beside it. Of
the two libraries for DNS it takes dnspython where that is installed; --pydns
is the other one, faster, which takes a SERVFAIL for no records. Amendments
are of the class Amended: where pyspf is known to differ from the RFC, or
takes another way where that leaves a choice."""

import argparse
import json
import re
import resource
import sys
import time

if "--pydns" in sys.argv:
    sys.modules["dns"] = None
# pylint: disable=wrong-import-position
import spf  # noqa: E402

RECEIVER = "receiver.example"


class Amended(spf.query):
    """pyspf with amendments, each by its name."""

    amendments = frozenset()
    quiet = False

    def _quietly(self, work, *words):
        """Does what counts no void lookup."""
        before, self.quiet = self.quiet, True
        try:
            return work(*words)
        finally:
            self.quiet = before

    def dns(self, name, qtype, cnames=None, ignore_void=False):
        # A record that an alias led to would be two when it comes again.
        if not cnames and "alias-cache" in self.amendments:
            self.cache.clear()
        # An alias that leads to nothing is one look-up, not two.
        inner = bool(cnames) and "alias-once" in self.amendments
        return super().dns(name, qtype, cnames,
                           ignore_void or self.quiet or inner)

    def dns_mx(self, domainname):
        """The hosts of an mx are asked for one by one, until one matches."""
        if "mx-eager" not in self.amendments:
            return super().dns_mx(domainname)
        names = self.dns(domainname, "MX")
        if len(names) > spf.MAX_MX:
            raise spf.PermError("More than 10 MX records returned")
        return (address for name in names
                for address in self.dns_a(name[1], self.A))

    def cidrmatch(self, ipaddrs, n):
        return any(super(Amended, self).cidrmatch([address], n)
                   for address in ipaddrs)

    def validated_ptrs(self):
        """Reverse names are the client's: what they lack is not the record's
        fault."""
        if "ptr-voids" in self.amendments:
            return self._quietly(self._validated)
        return self._validated()

    def _validated(self):
        if "ptr-errors" not in self.amendments:
            return super().validated_ptrs()
        return [name for name in self._or_none(self.dns_ptr, self.i)[:10]
                if self.cidrmatch(self._or_none(self.dns_a, name, self.A),
                                  self.cidrmax)]

    @staticmethod
    def _or_none(work, *words):
        """A DNS error under ptr is no match, not a temperror."""
        try:
            return work(*words)
        except spf.TempError:
            return []

    def validate_mechanism(self, mech):
        """An include of itself is a fault when it is come to."""
        try:
            return super().validate_mechanism(mech)
        except spf.PermError as error:
            if ("self-include" in self.amendments
                    and "trivial recursion" in str(error)):
                return mech, "include", self.d, 32, "pass"
            raise

    def check0(self, spf_text, recursion):
        """Names of modifiers are in any case."""
        if "modifier-case" in self.amendments and spf_text:
            spf_text = re.sub(r"(?i)(?<= )(redirect|exp)=",
                              lambda found: found[0].lower(), spf_text)
        return super().check0(spf_text, recursion)

    def check_lookups(self):
        """redirect= counts where it is followed, not where it is read."""
        if "redirect-read" not in self.amendments or not isinstance(
                sys._getframe(1).f_locals.get("m"), list):
            super().check_lookups()

    def check1(self, spf_text, domain, recursion):
        if "redirect-read" in self.amendments and domain == sys._getframe(
                1).f_locals.get("redirect") and "redirect_record" in \
                sys._getframe(1).f_locals:
            super().check_lookups()
        return super().check1(spf_text, domain, recursion)


def lookup_in(zone):
    """pyspf's DNSLookup from a dnsd.Zone: what the server would answer."""
    def lookup(name, kind, strict=True, timeout=None):
        del strict, timeout
        name = name.lower()
        rcode, found = zone.records(name, kind)
        if rcode == 2:
            raise spf.TempError("DNS SERVFAIL")
        return [((owner or name, type_), data(type_, value))
                for owner, type_, value in found]
    return lookup


def data(kind, value):
    """A record's data as pydns has it."""
    if kind in ("TXT", "SPF"):
        parts = [value] if isinstance(value, str) else value
        return [part.encode("latin-1") for part in parts]
    if kind == "AAAA":
        return spf.ipaddress.IPv6Address(value).packed
    if kind == "MX":
        return int(value[0]), value[1]
    return value


def check(line):
    """A query's result and explanation."""
    _, client, helo, sender = line.rstrip("\n").split("\t")
    query = Amended(i=client, s=sender, h=helo, receiver=RECEIVER)
    query.set_default_explanation("DEFAULT")
    result, _, explanation = query.check()
    return result, explanation if result == "fail" else "", query


def serve(path):
    """Puts a zone in the place of DNS."""
    import dnsd  # pylint: disable=import-outside-toplevel
    with open(path, encoding="utf-8") as text:
        spf.DNSLookup = lookup_in(dnsd.Zone(json.load(text)))


def answer(number, line):
    problem = ""
    try:
        result, explanation, query = check(line)
        counts = f"{query.lookups}\t{query.void_lookups}"
        problem = str(getattr(query, "perm_error", None) or "")
    except Exception as error:  # pylint: disable=broad-except
        # What it does not catch itself is a result of its own.
        result, explanation, counts = type(error).__name__, str(error), "\t"
    explanation = "".join(c if c.isprintable() else "?" for c in explanation)
    problem = "".join(c if c.isprintable() else "?" for c in problem)
    print(f"{number}\t{result}\t\t{explanation}\t{problem}\t{counts}")


def processor_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--pydns", action="store_true")
    parser.add_argument("--zone")
    parser.add_argument("--amend", default="")
    options = parser.parse_args()
    Amended.amendments = frozenset(options.amend.split(","))
    if options.zone:
        serve(options.zone)
    begun, spent, number = time.monotonic(), processor_seconds(), -1
    for number, line in enumerate(sys.stdin):
        answer(number, line)
    sys.stdout.flush()
    print(f"{number + 1} checks in {time.monotonic() - begun:.3f} s, "
          f"{processor_seconds() - spent:.3f} s of the processor",
          file=sys.stderr)


if __name__ == "__main__":
    main()
