/* Makes a store as old as a test needs it: recording and signing began so many
 * days ago, and went on until now; or until so many seconds from now, so that
 * an engine which starts by then finds no gap.
 *
 * usage: old_store STORE STORE_KEY DAYS[+SECONDS] DOMAIN ...
 *        old_store STORE format-2: makes one as an older version wrote it */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common/keys/mac.h"
#include "common/store/meta.h"
#include "common/base/privileges.h"
#include "common/engine/state_folder.h"
#include "common/store/lmdb.h"
#include "common/keys/day.h"
#include "common/store/record.h"
#include "tests/unit/older_format.h"

static void
must(int rc, const char *what)
{
	if (rc == 0)
		return;
	fprintf(stderr, "old_store: %s: %s\n", what, strerror(-rc));
	exit(1);
}

static void
age_meta(struct bs_store *store, int64_t epoch, int64_t now)
{
	struct bs_change changes[2];

	bs_meta_number(&changes[0], "epoch", epoch, 0);
	bs_meta_number(&changes[1], "alive", now, 0);
	must(bs_store_apply(store, changes, 2), "meta");
}

static void
age_domain(struct bs_store *store, const uint8_t *key, const char *domain,
    int64_t epoch, int64_t now)
{
	struct bs_entry entry = {.table = BS_TABLE_SENDER,
	    .key_len = BS_RECORD_HASH};
	struct bs_sender_record record = {0};
	struct bs_change change;
	char text[BS_HOST_MAX];

	snprintf(text, sizeof(text), "@%s", domain);
	bs_mac_hash(key, text, strlen(text), entry.key);
	if (bs_store_get(store, &entry) == 0)
		must(bs_sender_record_read(entry.key, entry.key_len,
			 entry.value, entry.value_len, &record),
		    domain);
	record.first_signed_day = bs_day_of(epoch);
	record.last_elsewhere_day = 0;
	record.last_day = bs_day_of(now);
	entry.value_len = bs_sender_record_write(entry.key, entry.key_len,
	    &record, entry.value);
	bs_change_set(&change, &entry);
	must(bs_store_apply(store, &change, 1), domain);
}

int
main(int argc, char **argv)
{
	int64_t now = (int64_t)time(NULL);
	int64_t epoch;
	uint8_t key[BS_STORE_KEY_LEN];
	struct bs_fault fault;
	struct bs_store *store;
	char *more;

	if (argc == 3 && strcmp(argv[2], "format-2") == 0) {
		must(bs_privileges_become_owner(argv[1]), argv[1]);
		make_format_2(argv[1]);
		return 0;
	}
	if (argc < 5) {
		fputs("usage: old_store STORE STORE_KEY DAYS[+SECONDS] "
		      "DOMAIN ...\n",
		    stderr);
		return 64;
	}
	epoch = now - strtol(argv[3], &more, 10) * BS_DAY_SECONDS;
	must(bs_state_folder_store_key(argv[2], key, &fault), argv[2]);
	must(bs_privileges_become_owner(argv[1]), argv[1]);
	must(bs_store_open(argv[1], BS_STORE_WRITE, &store), argv[1]);
	must(bs_meta_claim_key(store, key), argv[2]);
	age_meta(store, epoch, now + strtol(more, NULL, 10));
	for (int i = 4; i < argc; i++)
		age_domain(store, key, argv[i], epoch, now);
	bs_store_close(store);
	return 0;
}
