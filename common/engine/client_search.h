/* Looks the users of "clients" up, wherever this host keeps its users.
 *
 * A directory server may hang, and whoever asks it hangs with it. So a child
 * asks, one at a time and for so long at most; meanwhile what is known stays.
 */
#ifndef BS_ENGINE_CLIENT_SEARCH_H
#define BS_ENGINE_CLIENT_SEARCH_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/base/backstop.h"
#include "common/config/config.h"

struct event_base;
struct bs_client_search;

/* Told of each name: its number, or NULL if it is no user of this host. Of what
 * could not be asked it is not told. */
typedef void bs_client_found(void *context, const char *name, const uid_t *uid);

/* Returns NULL without memory. The context must live as long as the search. */
struct bs_client_search *bs_client_search_new(struct event_base *base,
    bs_client_found *found, void *context);

/* Takes NULL; ends the child. */
void bs_client_search_free(struct bs_client_search *search);

/* Begins to search. Returns false where that cannot be now, as one is still
 * under way. */
bool bs_client_search_begin(struct bs_client_search *search,
    const struct bs_words *names);

/* Whether one has begun within the last so many milliseconds. */
bool bs_client_search_is_recent(const struct bs_client_search *search, int ms);

/* Waits for a search that has begun, but no longer than that. */
void bs_client_search_wait(struct bs_client_search *search, int ms);

/* To be called on SIGCHLD. */
void bs_client_search_child_ended(struct bs_client_search *search);

#endif
