/* Phrases that bounces are made of, as bs_phrases_fold() makes them. */
#ifndef BS_BOUNCE_PHRASE_TABLES_H
#define BS_BOUNCE_PHRASE_TABLES_H

#include <stddef.h>

/* Sorted by octets. */
struct bs_phrase_table {
	const char *const *phrases;
	size_t count;
};

extern const struct bs_phrase_table bs_phrase_table_failure; /* in text */
extern const struct bs_phrase_table bs_phrase_table_subject; /* of a bounce */
extern const struct bs_phrase_table
    bs_phrase_table_automatic; /* Subject of an automatic reply */
extern const struct bs_phrase_table
    bs_phrase_table_banner; /* before a returned header */
extern const struct bs_phrase_table
    bs_phrase_table_daemon; /* From: a mail system */
extern const struct bs_phrase_table
    bs_phrase_table_system; /* From: one, or who cares for it */

#endif
