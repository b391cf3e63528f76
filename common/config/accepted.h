/* What the administrator has accepted: bounces from a client or a domain, or
 * to an address, which are neither refused nor marked as spam for a time. */
#ifndef BS_CONFIG_ACCEPTED_H
#define BS_CONFIG_ACCEPTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/base/netblock.h"

#define BS_ACCEPTED_MAX 128

/* Octets of the file at most. */
#define BS_ACCEPTED_FILE_MAX (96 * 1024)

enum bs_accepted_kind {
	BS_ACCEPTED_CLIENT,  /* an address of a host, or a network */
	BS_ACCEPTED_DOMAIN,  /* of the sender, HELO or the recipient */
	BS_ACCEPTED_ADDRESS, /* the sender or the recipient */
};

struct bs_accepted_entry {
	enum bs_accepted_kind kind;
	char what[BS_ADDRESS_MAX]; /* lower case, without a tag */
	struct bs_netblock block;  /* of a client */
	int64_t since;		   /* epoch seconds */
	int64_t until;
};

/* All zero: nothing is accepted. */
struct bs_accepted {
	size_t count;
	struct bs_accepted_entry entries[BS_ACCEPTED_MAX];
};

/* What is asked about; empty strings match nothing. */
struct bs_accepted_question {
	const char *client;
	const char *helo;
	const char *sender;
	const char *recipient; /* with or without a tag */
};

/* Reads what the administrator typed, or what the file has: a network, a
 * domain or an address. A tag is taken off, also one whose MAC is blotted as
 * in the log. Sets kind, what and block. Returns 0 or -EINVAL. */
BS_MUST_USE int bs_accepted_name(const char *text,
    struct bs_accepted_entry *out);

/* Adds an entry, or replaces the one of the same name. Returns 0, or -ENOSPC
 * where there are as many as there may be. */
BS_MUST_USE int bs_accepted_put(struct bs_accepted *list,
    const struct bs_accepted_entry *entry);

/* Removes the entry of a name. Returns whether there was one. */
bool bs_accepted_remove(struct bs_accepted *list, const char *what);

/* Removes what ended before now. */
void bs_accepted_expire(struct bs_accepted *list, int64_t now);

/* The first entry that holds at that time and matches, or NULL. */
const struct bs_accepted_entry *bs_accepted_find(const struct bs_accepted *list,
    const struct bs_accepted_question *question, int64_t now);

/* Reads the text of the file. Returns 0, or -EINVAL with *fault set; *out is
 * empty then. */
BS_MUST_USE int bs_accepted_parse(const char *text, size_t len,
    struct bs_accepted *out, struct bs_fault *fault);

/* Writes the text of the file. Returns its length, or -EMSGSIZE. */
BS_MUST_USE int bs_accepted_write(const struct bs_accepted *list, char *out,
    size_t size);

#endif
