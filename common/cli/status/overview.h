/* What backstop status found, and what follows from it. */
#ifndef BS_CLI_STATUS_OVERVIEW_H
#define BS_CLI_STATUS_OVERVIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/cli/ask.h"
#include "common/cli/keys/keybook.h"
#include "common/cli/status/disk.h"
#include "common/cli/status/domains.h"
#include "common/cli/status/next_mode.h"
#include "common/cli/store/look.h"
#include "common/config/accepted.h"

struct bs_overview {
	const struct bs_call *call;
	struct bs_keybook book;
	bool answers;
	struct bs_answer engine; /* its reason is how the store is */
	int store;		 /* 0, or -errno of the look at it */
	struct bs_store_key_fault store_key; /* empty: it is well */
	struct bs_look look;
	struct bs_disk disk;	  /* on which the store is */
	struct bs_domains survey; /* of no domains where it failed */
	bool clock_in_doubt;	  /* as it stands now */
	int accepted_rc;	  /* 0, or -errno: the list is empty then */
	struct bs_accepted accepted;
};

/* Whether all is as it should be. */
bool bs_status_is_well(const struct bs_overview *status);
bool bs_status_has_key(const struct bs_overview *status);

/* Whole days from then to now. */
int64_t bs_status_age_days(const struct bs_overview *status, int64_t then);

/* Why the store fails, in words, or NULL where it does not: the engine's, or
 * those of our own look at it. */
const char *bs_status_store_fault(const struct bs_overview *status);

/* "ok", "missing", "damaged", "unreadable". */
const char *bs_status_store(const struct bs_overview *status);

/* What is known of a domain; views into status. */
struct bs_next_mode_ground bs_status_ground(const struct bs_overview *status,
    size_t domain);

#endif
