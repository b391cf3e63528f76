/* The kinds of values that the keys of backstop.conf take, and how a mistake in
 * one is reported. */
#ifndef BS_CONFIG_VALUES_H
#define BS_CONFIG_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/config/config.h"

/* Told of each mistake, in the order of the lines; line 0 is the whole file.
 * A file with warnings alone is still good. */
typedef void bs_config_report(void *context, const struct bs_fault *fault,
    bool is_warning);

/* Where a key may stand. */
enum bs_config_scope {
	BS_SCOPE_HOST = 1,   /* before the first section */
	BS_SCOPE_DOMAIN = 2, /* in [domain NAME] */
	BS_SCOPE_BOTH = 3,   /* the first is the default of the second */
	BS_SCOPE_SPF = 4,    /* in [spf] */
	BS_SCOPE_DNS = 8,    /* in [dns] */
};

struct bs_config_key;

/* A file while it is read: where its words go, and who hears of its mistakes.
 */
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

/* Reports a mistake or a warning at reader->line. */
void bs_config_fault(struct bs_config_reader *reader, const char *format, ...)
    BS_PRINTF(2, 3);
void bs_config_warn(struct bs_config_reader *reader, const char *format, ...)
    BS_PRINTF(2, 3);

/* Each of the following reports what is wrong with a value, and then
 * leaves *out alone. */

/* One of two words. */
void bs_value_switch(struct bs_config_reader *reader, const char *key,
    bool *out, const char *value, const char *on, const char *off);

/* Yes and no, which people also call on and off. */
void bs_value_flag(struct bs_config_reader *reader, const char *key,
    const char *value, bool *out);

/* A decimal number. */
void bs_value_number(struct bs_config_reader *reader, const char *key,
    const char *value, unsigned min, unsigned max, unsigned *out);

/* Writes a domain name in lower case and ASCII. Returns NULL, or why it is
 * none. */
const char *bs_value_name(const char *word, char out[static BS_HOST_MAX]);

/* A domain name, in lower case, that is not in the list yet. */
void bs_value_domain(struct bs_config_reader *reader, struct bs_words *words,
    const char *word);

/* A network more. */
void bs_value_block(struct bs_config_reader *reader, const char *key,
    struct bs_netblock **blocks, size_t *count, const char *word);

/* Copies; without memory reader->error says so. */
void bs_value_word(struct bs_config_reader *reader, struct bs_words *words,
    const char *word);
void bs_value_string(struct bs_config_reader *reader, char **string,
    const char *value);

void bs_value_lower(char *text);

#endif
