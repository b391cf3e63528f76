/* The ticket of a clean stop, kept outside the store: it shows that the store
 * which an engine finds is the one that the last engine left. */
#ifndef BS_STORE_TICKET_H
#define BS_STORE_TICKET_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"

#define BS_TICKET_LEN 16

/* Where the ticket is kept: in the state folder, and in the folder of the
 * socket, which a reboot empties. Two open files, so that an engine which gave
 * up root can still write them; -1 where one cannot be kept. */
struct bs_ticket {
	int state_fd;
	int run_fd;
	bool run_is_new; /* the host was booted since the last stop */
};

/* Opens the files, and makes them where they are missing. To be called while
 * we are root. */
void bs_ticket_open(const char *state, const char *socket,
    struct bs_ticket *out);

/* Reads the ticket that the last stop left. Returns whether there is one, all
 * copies of it agree, and data.mdb in the folder is the file of then,
 * untouched. To be called before anybody opens the store. */
bool bs_ticket_read(const struct bs_ticket *ticket, const char *store_folder,
    uint8_t out[static BS_TICKET_LEN]);

/* Voids the ticket: nobody may come back to what an engine has written in
 * since. */
void bs_ticket_void(const struct bs_ticket *ticket);

/* Leaves a ticket beside a store that was closed. Without one, or with half of
 * it, the time until the next start is a gap. */
void bs_ticket_leave(const struct bs_ticket *ticket, const char *store_folder,
    const uint8_t value[static BS_TICKET_LEN]);

/* For who puts a store back while no engine runs: there is no ticket. */
void bs_ticket_forget(const char *state);

/* Closes the files. */
void bs_ticket_close(struct bs_ticket *ticket);

#endif
