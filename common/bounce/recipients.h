/* The recipients that a bounce names, kept in lists. */
#ifndef BS_BOUNCE_RECIPIENTS_H
#define BS_BOUNCE_RECIPIENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/list.h"

/* Adds a recipient, once. What some hosts write before an address ("SMTP=") is
 * taken off, and what they encode in it is decoded. Of more than
 * BS_DSN_RECIPIENTS the list says that it is truncated. */
void bs_dsn_recipients_add(struct bs_list *list, const char *text, size_t len);

#endif
