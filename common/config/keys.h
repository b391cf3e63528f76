/* Between the parts of the configuration reader: no business of others. */
#ifndef BS_CONFIG_KEYS_H
#define BS_CONFIG_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/config/config.h"

/* Where a key may stand. */
enum bs_config_scope {
	BS_SCOPE_HOST = 1,   /* before the first section */
	BS_SCOPE_DOMAIN = 2, /* in [domain NAME] */
	BS_SCOPE_BOTH = 3,   /* the first is the default of the second */
	BS_SCOPE_SPF = 4,    /* in [spf] */
	BS_SCOPE_DNS = 8,    /* in [dns] */
};

/* What the words of a file go into, and who hears of its mistakes. */
struct bs_config_reader {
	struct bs_config *config;
	struct bs_words domains;	 /* as they stand in the file */
	struct bs_domain defaults;	 /* what the keys of the host say */
	struct bs_domain *target;	 /* of the keys of BS_SCOPE_DOMAIN */
	const struct bs_config_key *key; /* whose value is set */
	unsigned line;
	bool bad;
	int error; /* -ENOMEM: nothing else counts then */
	bs_config_report *report;
	void *context;
};

/* A row of the table of keys. set() takes a scalar's value or one word of a
 * list; clear() empties a list. fallback is written as in the file; a scalar
 * with an empty one may be left empty. */
struct bs_config_key {
	const char *name;
	enum bs_config_scope scope;
	const char *fallback;
	void (*set)(struct bs_config_reader *reader, const char *word);
	void (*clear)(struct bs_config_reader *reader); /* NULL: a scalar */
};

extern const struct bs_config_key bs_config_keys[];
extern const size_t bs_config_key_count;
extern const struct bs_config_key bs_config_spf_keys[];
extern const size_t bs_config_spf_key_count;
extern const struct bs_config_key bs_config_dns_keys[];
extern const size_t bs_config_dns_key_count;

/* Sets a key from the text after its '=', or adds a continuation line to a
 * list. Mistakes are reported. */
void bs_config_set(struct bs_config_reader *reader,
    const struct bs_config_key *key, const char *value, bool continued);

/* Sets every key of a scope to its fallback. */
void bs_config_set_fallbacks(struct bs_config_reader *reader);

/* Reports a mistake or a warning at reader->line. */
void bs_config_fault(struct bs_config_reader *reader, const char *format, ...)
    BS_PRINTF(2, 3);
void bs_config_warn(struct bs_config_reader *reader, const char *format, ...)
    BS_PRINTF(2, 3);

/* Why a text is no domain name that mail can have, or NULL. */
const char *bs_config_domain_fault(const char *name);

/* Adds a copy of a word. Returns 0 or -ENOMEM. */
BS_MUST_USE int bs_words_add(struct bs_words *words, const char *word);
bool bs_words_have(const struct bs_words *words, const char *word);
void bs_words_clear(struct bs_words *words);

#endif
