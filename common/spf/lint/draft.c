/* An SPF record that is being written, a term at a time. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/spf/lint/draft.h"

int
bs_spf_draft_parse(const char *term, struct bs_spf_term *out,
    struct bs_spf_fault *fault, char buffer[static BS_SPF_DRAFT_TERM + 8])
{
	struct bs_spf_record record;
	struct bs_spf_term more;
	int len = snprintf(buffer, BS_SPF_DRAFT_TERM + 8, "v=spf1 %s", term);

	fault->text[0] = '\0';
	if (len < 0 || len >= BS_SPF_DRAFT_TERM + 8) {
		snprintf(fault->text, sizeof(fault->text),
		    "this is too long for a name");
		return -EINVAL;
	}
	bs_spf_record_begin(&record, buffer, (size_t)len);
	if (bs_spf_record_next(&record, out, fault) != BS_SPF_TERM)
		return -EINVAL;
	if (bs_spf_record_next(&record, &more, fault) != 0) {
		snprintf(fault->text, sizeof(fault->text),
		    "one at a time, each in a line of its own");
		return -EINVAL;
	}
	return 0;
}

/* Whether a text can only be an address or a network. */
static bool
is_address(const char *text)
{
	size_t colons = 0;

	for (const char *p = text; *p != '\0' && *p != '/'; p++) {
		if (bs_ascii_hex(*p) < 0 && *p != '.' && *p != ':')
			return false;
		colons += *p == ':';
	}
	return colons > 1 ||
	       (bs_ascii_is_digit(text[0]) && strchr(text, '.') != NULL &&
		   text[strspn(text, "0123456789./")] == '\0');
}

static bool
begins(const char *text, const char *with)
{
	size_t len = strlen(with);

	return strlen(text) >= len && bs_ascii_same(text, with, len);
}

/* Whether it is a mechanism of a name, and no host's name like all-inkl.com. */
static bool
is_named(const char *text, const char *mechanism)
{
	size_t len = strlen(mechanism);

	return begins(text, mechanism) &&
	       (text[len] == '\0' || text[len] == ':' || text[len] == '/' ||
		   text[len] == ' ');
}

/* Whether it is written as a term already. */
static bool
is_term(const char *text)
{
	return begins(text, "ip4:") || begins(text, "ip6:") ||
	       begins(text, "a:") || begins(text, "mx:") ||
	       begins(text, "include:") || begins(text, "exists:") ||
	       begins(text, "redirect=") || begins(text, "exp=") ||
	       is_named(text, "mx") || is_named(text, "a");
}

static int
refuse(struct bs_spf_fault *why, const char *text)
{
	snprintf(why->text, sizeof(why->text), "%s", text);
	return -EINVAL;
}

int
bs_spf_draft_read(const char *typed, bool is_service,
    char out[static BS_SPF_DRAFT_TERM], struct bs_spf_fault *why)
{
	char buffer[BS_SPF_DRAFT_TERM + 8];
	struct bs_spf_term term;
	const char *kind;
	int len;

	typed += strspn(typed, "+");
	if (is_named(typed, "all"))
		return refuse(why, "all would let everybody send as you");
	if (is_named(typed, "ptr"))
		return refuse(why, "ptr is slow and not to be relied on: name "
				   "the hosts or their networks");
	if (typed[0] != '\0' && strchr("-~?", typed[0]) != NULL &&
	    is_named(typed + 1, "all"))
		return refuse(why, "that is the end of a record, which is "
				   "asked about later");
	if (begins(typed, "exp="))
		return refuse(why, "that explains refusals, and lets nobody "
				   "send");
	if (begins(typed, "redirect="))
		return refuse(why, "no host or service: of redirect=NAME, type "
				   "NAME as a service");
	if (typed[strcspn(typed, " \t")] != '\0')
		return refuse(why, "one at a time, each in a line of its own");
	if (is_term(typed))
		kind = "";
	else if (is_address(typed))
		kind = strchr(typed, ':') != NULL ? "ip6:" : "ip4:";
	else
		kind = is_service ? "include:" : "a:";
	len = snprintf(out, BS_SPF_DRAFT_TERM, "%s%s", kind, typed);
	if (len < 0 || len >= BS_SPF_DRAFT_TERM)
		return refuse(why, "this is too long for a name");
	return bs_spf_draft_parse(out, &term, why, buffer);
}

/* Where a term is, without regard to a + before it; or the count. */
static size_t
find(const struct bs_spf_draft *draft, const char *text)
{
	size_t i = 0;

	text += text[0] == '+';
	for (; i < draft->count; i++) {
		const char *term = draft->terms[i];

		term += term[0] == '+';
		if (strlen(term) == strlen(text) && begins(term, text))
			break;
	}
	return i;
}

/* Adds a term at a place. */
static int
insert(struct bs_spf_draft *draft, size_t at, const char *text)
{
	char buffer[BS_SPF_DRAFT_TERM + 8];
	struct bs_spf_fault fault;
	struct bs_spf_term term;
	size_t len = strlen(text);

	if (len >= BS_SPF_DRAFT_TERM ||
	    bs_spf_draft_parse(text, &term, &fault, buffer) != 0)
		return -EINVAL;
	if (find(draft, text) < draft->count)
		return BS_SPF_DRAFT_KNOWN;
	if (draft->count == BS_SPF_DRAFT_TERMS)
		return -ENOSPC;
	memmove(draft->terms[at + 1], draft->terms[at],
	    (draft->count - at) * sizeof(draft->terms[0]));
	memcpy(draft->terms[at], text, len + 1);
	draft->count++;
	return 0;
}

int
bs_spf_draft_add(struct bs_spf_draft *draft, const char *text)
{
	return insert(draft, draft->count, text);
}

int
bs_spf_draft_keep(struct bs_spf_draft *draft, size_t at, const char *text)
{
	int rc = at > draft->kept ? -EINVAL : insert(draft, at, text);

	if (rc == 0)
		draft->kept++;
	return rc;
}

void
bs_spf_draft_drop(struct bs_spf_draft *draft, size_t at)
{
	if (at >= draft->count)
		return;
	draft->count--;
	memmove(draft->terms[at], draft->terms[at + 1],
	    (draft->count - at) * sizeof(draft->terms[0]));
	if (at < draft->kept)
		draft->kept--;
}

/* Where a term stands: networks, then what is kept, hosts, and what others
 * keep. */
static unsigned
rank(const struct bs_spf_draft *draft, size_t at)
{
	const char *term = draft->terms[at];

	if (at < draft->kept)
		return 2;
	if (begins(term, "ip4:"))
		return 0;
	if (begins(term, "ip6:"))
		return 1;
	return begins(term, "include:") ? 4 : 3;
}

int
bs_spf_draft_write(const struct bs_spf_draft *draft, const char *all, char *out,
    size_t size)
{
	int len = snprintf(out, size, "v=spf1");
	size_t at = (size_t)len;

	for (unsigned now = 0; now < 5; now++)
		for (size_t i = 0; i < draft->count; i++) {
			if (rank(draft, i) != now)
				continue;
			if (at >= size)
				return -EMSGSIZE;
			len = snprintf(out + at, size - at, " %s",
			    draft->terms[i]);
			at += (size_t)len;
		}
	if (at >= size)
		return -EMSGSIZE;
	len = snprintf(out + at, size - at, " %s", all);
	at += (size_t)len;
	return at < size && at <= INT_MAX ? (int)at : -EMSGSIZE;
}
