/* Phrases that bounces are made of, folded (bs_dsn_words_fold()). */
#ifndef BS_BOUNCE_PHRASES_H
#define BS_BOUNCE_PHRASES_H

#include <stddef.h>

/* Sorted by octets. */
struct bs_dsn_phrases {
	const char *const *table;
	size_t count;
};

extern const struct bs_dsn_phrases bs_dsn_phrases_failure; /* in text */
extern const struct bs_dsn_phrases bs_dsn_phrases_subject; /* of a bounce */
extern const struct bs_dsn_phrases bs_dsn_phrases_auto;	   /* Subject, too */
extern const struct bs_dsn_phrases bs_dsn_phrases_banner;  /* before a header */
extern const struct bs_dsn_phrases bs_dsn_phrases_daemon;  /* names in From */
extern const struct bs_dsn_phrases bs_dsn_phrases_system;

#endif
