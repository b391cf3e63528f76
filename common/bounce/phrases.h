/* Whether a text has one of the phrases that bounces are made of. */
#ifndef BS_BOUNCE_PHRASES_H
#define BS_BOUNCE_PHRASES_H

#include <stdbool.h>
#include <stddef.h>

/* Folds a text: in lower case, without accents, every run of white space one
 * space. Writes a NUL, and returns the length. */
size_t bs_phrases_fold(const char *text, size_t len, char *out, size_t size);

/* All below take folded text. A line says that something failed: */
bool bs_phrases_tell_failure(const char *folded);

/* A Subject is one of a bounce, of an automatic reply, of a person's reply, of
 * a complaint about abuse: */
bool bs_phrases_subject_fails(const char *folded);
bool bs_phrases_subject_is_automatic(const char *folded);
bool bs_phrases_subject_is_reply(const char *folded);
bool bs_phrases_subject_is_complaint(const char *folded);

/* A Subject is, as a whole, one that mail systems give to notices: */
bool bs_phrases_subject_is_title(const char *folded);

/* A From, its local part and all of it, is a mail system's, is a mail system's
 * or of a person who cares for one, is no person's: */
bool bs_phrases_name_daemon(const char *folded_local, const char *folded_name);
bool bs_phrases_name_system(const char *folded_local, const char *folded_name);
bool bs_phrases_name_robot(const char *folded_local);

/* A line says that the returned header follows; or it may, as it is a short
 * one that speaks of a message and of where it stands: */
bool bs_phrases_are_banner(const char *folded);
bool bs_phrases_are_like_banner(const char *folded);

#endif
