/* What is to be put into the zone, by 'backstop spf make'. */
#ifndef BS_CLI_SPF_PUBLISH_H
#define BS_CLI_SPF_PUBLISH_H

#include "common/cli/spf/add.h"
#include "common/cli/spf/texts.h"

#define BS_SPF_ENTRIES (BS_SPF_NAMES + 8)

/* A record of the zone. */
struct bs_spf_entry {
	char name[BS_HOST_MAX];
	const char *type;  /* "TXT" or "MX" */
	const char *value; /* as a web panel takes it: without quotes */
	const char *lead;  /* what it is for */
};

struct bs_spf_publish {
	size_t count;
	struct bs_spf_entry list[BS_SPF_ENTRIES];
	struct bs_spf_texts values; /* that the entries view */
	struct bs_spf_texts notes;  /* what is not to be put there, and why */
};

/* Collects the records: that of the domain first, if its draft lets anybody
 * send or nobody is to; then those of names and of DMARC. Names are asked for
 * first: none is an alias, none has such a record already. */
void bs_spf_publish_make(struct bs_spf_wizard *wizard,
    struct bs_spf_publish *out);

void bs_spf_publish_free(struct bs_spf_publish *publish);

/* Writes an entry as a line of a zone file, with the value that is given.
 * Returns out; "" where it does not fit. */
#define BS_SPF_LINE (2 * BS_SPF_RECORD_MAX)
const char *bs_spf_publish_line(const struct bs_spf_entry *entry,
    const char *value, char out[static BS_SPF_LINE]);

#endif
