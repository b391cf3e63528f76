/* What the administrator has accepted: bounces from a client or a domain, or
 * to an address, which are neither refused nor marked as spam for a time. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/config/accepted.h"
#include "common/config/domain.h"
#include "common/keys/tag.h"
#include "common/mail/address.h"

/* Of a line of the file: WHAT SINCE UNTIL. */
#define LINE_MAX_OCTETS (BS_ADDRESS_MAX + 64)

static const char heading[] =
    "# What was accepted by hand. Change it with \"backstop accept\" alone.\n"
    "# client, domain or address; since; until (epoch seconds)\n";

static int BS_PRINTF(3, 4)
    refuse(struct bs_fault *fault, unsigned line, const char *format, ...)
{
	va_list args;

	fault->line = line;
	va_start(args, format);
	vsnprintf(fault->text, sizeof(fault->text), format, args);
	va_end(args);
	return -EINVAL;
}

/* The log has "xxxxxx" for the MAC of a tag. Any digits will do in its place,
 * as the tag is taken off. */
static void
fill_macs(char *text)
{
	static const char head[] = "prvs=";
	static const char blot[] = "xxxxxx";

	for (char *at = text; (at = strstr(at, head)) != NULL;) {
		at += sizeof(head) - 1;
		if (strspn(at, "0123456789") == 4 &&
		    strncmp(at + 4, blot, sizeof(blot) - 1) == 0)
			memset(at + 4, '0', sizeof(blot) - 1);
	}
}

static void
lower(char *text)
{
	for (; *text != '\0'; text++)
		*text = bs_ascii_lower(*text);
}

/* An address in lower case, without its tags. */
static int
take_tags(const char *text, char out[static BS_ADDRESS_MAX])
{
	char copy[BS_ADDRESS_MAX];
	struct bs_address address;
	struct bs_tag tag;

	if (strlen(text) >= sizeof(copy))
		return -EINVAL;
	snprintf(copy, sizeof(copy), "%s", text);
	lower(copy);
	fill_macs(copy);
	if (bs_address_parse(copy, strlen(copy), &address) != 0 ||
	    (address.flags & BS_ADDRESS_NO_DOMAIN))
		return -EINVAL;
	while (bs_tag_parse(&address, &tag) == BS_SHAPE_OURS)
		address = tag.plain;
	if (bs_address_canonical(&address, out, BS_ADDRESS_MAX) != 0)
		return -EINVAL;
	/* it is one word of the file */
	return out[strcspn(out, " \t\r\n")] == '\0' ? 0 : -EINVAL;
}

/* As take_tags(), of an address that stays as it is when it is read again:
 * else the file would not hold what was meant. Returns 0 or -EINVAL. */
static int
read_address(const char *text, char out[static BS_ADDRESS_MAX])
{
	char again[BS_ADDRESS_MAX];

	if (take_tags(text, out) != 0 || take_tags(out, again) != 0)
		return -EINVAL;
	return strcmp(out, again) == 0 ? 0 : -EINVAL;
}

int
bs_accepted_name(const char *text, struct bs_accepted_entry *out)
{
	memset(out, 0, sizeof(*out));
	if (strlen(text) >= sizeof(out->what))
		return -EINVAL;
	snprintf(out->what, sizeof(out->what), "%s", text);
	lower(out->what);
	if (bs_netblock_parse(text, &out->block) == 0) {
		out->kind = BS_ACCEPTED_CLIENT;
		return 0;
	}
	if (strchr(text, '@') != NULL) {
		out->kind = BS_ACCEPTED_ADDRESS;
		return read_address(text, out->what);
	}
	out->kind = BS_ACCEPTED_DOMAIN;
	return bs_config_domain_fault(text) == NULL ? 0 : -EINVAL;
}

static struct bs_accepted_entry *
find_name(struct bs_accepted *list, const char *what)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->entries[i].what, what) == 0)
			return &list->entries[i];
	return NULL;
}

int
bs_accepted_put(struct bs_accepted *list, const struct bs_accepted_entry *entry)
{
	struct bs_accepted_entry *place = find_name(list, entry->what);

	if (place == NULL && list->count == BS_ACCEPTED_MAX)
		return -ENOSPC;
	if (place == NULL)
		place = &list->entries[list->count++];
	*place = *entry;
	return 0;
}

static void
drop(struct bs_accepted *list, size_t at)
{
	list->count--;
	memmove(&list->entries[at], &list->entries[at + 1],
	    (list->count - at) * sizeof(list->entries[0]));
}

bool
bs_accepted_remove(struct bs_accepted *list, const char *what)
{
	const struct bs_accepted_entry *entry = find_name(list, what);

	if (entry == NULL)
		return false;
	drop(list, (size_t)(entry - list->entries));
	return true;
}

void
bs_accepted_expire(struct bs_accepted *list, int64_t now)
{
	for (size_t i = list->count; i-- > 0;)
		if (list->entries[i].until <= now)
			drop(list, i);
}

/* Whether a name is the domain, or lies below it. */
static bool
is_below(const char *name, const char *domain)
{
	size_t len = strlen(name);
	size_t tail = strlen(domain);

	return tail <= len && bs_ascii_same(name + len - tail, domain, tail) &&
	       (tail == len || name[len - tail - 1] == '.');
}

/* Whether an address of the envelope is the one, or in the domain. */
static bool
has_address(const struct bs_accepted_entry *entry, const char *text)
{
	char canonical[BS_ADDRESS_MAX];
	const char *at;

	if (text[0] == '\0' || read_address(text, canonical) != 0 ||
	    (at = strrchr(canonical, '@')) == NULL)
		return false;
	return entry->kind == BS_ACCEPTED_ADDRESS
		   ? strcmp(canonical, entry->what) == 0
		   : is_below(at + 1, entry->what);
}

static bool
matches(const struct bs_accepted_entry *entry,
    const struct bs_accepted_question *question)
{
	if (entry->kind == BS_ACCEPTED_CLIENT)
		return bs_netblock_has(&entry->block, question->client);
	return (entry->kind == BS_ACCEPTED_DOMAIN &&
		   is_below(question->helo, entry->what)) ||
	       has_address(entry, question->sender) ||
	       has_address(entry, question->recipient);
}

const struct bs_accepted_entry *
bs_accepted_find(const struct bs_accepted *list,
    const struct bs_accepted_question *question, int64_t now)
{
	for (size_t i = 0; i < list->count; i++)
		if (now < list->entries[i].until &&
		    matches(&list->entries[i], question))
			return &list->entries[i];
	return NULL;
}

/* Takes digits and what ends them. Returns 0 or -EINVAL. */
static int
read_time(const char **text, char end, int64_t *out)
{
	const char *at = *text;
	size_t len = strspn(at, "0123456789");

	*out = 0;
	if (len == 0 || len > 12 || at[len] != end)
		return -EINVAL;
	for (size_t i = 0; i < len; i++)
		*out = *out * 10 + (at[i] - '0');
	*text = at + len + (end != '\0');
	return 0;
}

static int
parse_line(char *line, unsigned number, struct bs_accepted *out,
    struct bs_fault *fault)
{
	struct bs_accepted_entry entry;
	char *space = strchr(line, ' ');
	const char *rest;
	int64_t since;
	int64_t until;

	if (space == NULL)
		return refuse(fault, number, "the times are missing");
	*space = '\0';
	rest = space + 1;
	if (read_time(&rest, ' ', &since) != 0 ||
	    read_time(&rest, '\0', &until) != 0)
		return refuse(fault, number,
		    "the times are not seconds since 1970");
	if (bs_accepted_name(line, &entry) != 0)
		return refuse(fault, number,
		    "'%.60s' is not a network, domain or address", line);
	entry.since = since;
	entry.until = until;
	if (find_name(out, entry.what) != NULL)
		return refuse(fault, number, "%.60s appears twice", entry.what);
	if (bs_accepted_put(out, &entry) != 0)
		return refuse(fault, number, "there are more than %d entries",
		    BS_ACCEPTED_MAX);
	return 0;
}

int
bs_accepted_parse(const char *text, size_t len, struct bs_accepted *out,
    struct bs_fault *fault)
{
	char line[LINE_MAX_OCTETS];
	unsigned number = 0;
	int rc = 0;

	memset(out, 0, sizeof(*out));
	while (len > 0 && rc == 0) {
		const char *end = memchr(text, '\n', len);
		size_t line_len = end == NULL ? len : (size_t)(end - text);

		number++;
		if (end == NULL || line_len >= sizeof(line) ||
		    memchr(text, '\0', line_len) != NULL) {
			rc = refuse(fault, number,
			    "the line has no end, is too long or holds a NUL");
			break;
		}
		memcpy(line, text, line_len);
		line[line_len] = '\0';
		text += line_len + 1;
		len -= line_len + 1;
		/* an address may begin with '#', but has no space */
		if (line[0] != '\0' && strncmp(line, "# ", 2) != 0)
			rc = parse_line(line, number, out, fault);
	}
	if (rc != 0)
		out->count = 0;
	return rc;
}

int
bs_accepted_write(const struct bs_accepted *list, char *out, size_t size)
{
	int len = snprintf(out, size, "%s", heading);

	for (size_t i = 0; i < list->count && len >= 0 && (size_t)len < size;
	     i++) {
		const struct bs_accepted_entry *entry = &list->entries[i];

		len += snprintf(out + len, size - (size_t)len,
		    "%s %" PRId64 " %" PRId64 "\n", entry->what, entry->since,
		    entry->until);
	}
	return len >= 0 && (size_t)len < size ? len : -EMSGSIZE;
}
