/* The store through the writer: group commit, lookups, size, expiry. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/lmdb.h"
#include "common/store/writer.h"
#include "common/store/record.h"
#include "common/store/top_record.h"
#include "tests/bench/bench.h"

#define DAY 20000
#define LIFETIME_DAYS 10
#define NOW ((int64_t)DAY * BS_DAY_SECONDS + 3600)

#define SIGN_ROUNDS 7
#define SIGN_ROUND_NS 250000000
#define LOOKUP_ROUNDS 15
#define LOOKUPS 50000
#define BATCH 2000	  /* records a commit when the store is filled */
#define SMALL 100000	  /* records */
#define LARGE 1000000	  /* records */
#define FILL_DAYS 10	  /* over which they are spread ... */
#define FILL_LAST 9	  /* ... the last of which is so many days ago */
#define PAUSE_NS 20000000 /* between the chunks of an expiry */

static char folder[PATH_MAX];
static const uint8_t store_key[BS_STORE_KEY_LEN] = "store key";
static const uint8_t boot[BS_BOOT_LEN] = "boot";
static struct bs_store *store;
static struct bs_writer *writer;
static uint64_t next_sender;

static void
start(void)
{
	bench_must(bs_store_open(folder, BS_STORE_HOLD, &store), folder);
	if ((writer = bs_writer_new(store_key)) == NULL)
		bench_fail("writer");
	bench_must(bs_writer_attach(writer, store, boot, LIFETIME_DAYS, NOW),
	    "attach");
}

static void
stop(void)
{
	bs_writer_stop(writer, NOW);
	bs_store_close(bs_writer_detach(writer));
	bs_writer_free(writer);
}

/* Notes count first signatures, each of another sender, and commits them. */
static void
sign_group(size_t count)
{
	struct bs_tag_key key = {.day = DAY + LIFETIME_DAYS, .key = 3};
	char sender[BENCH_SENDER_MAX];

	for (size_t i = 0; i < count; i++) {
		bench_sender(next_sender++, sender);
		bs_mac_hash(store_key, sender, strlen(sender), key.sender);
		if (bs_writer_signed(writer, &key, NOW) != BS_WRITER_WAIT)
			bench_fail("signed");
	}
	bench_must(bs_writer_flush(writer, NOW), "flush");
}

/* First signatures a second; the once-a-second work takes its share. */
static double
sign_round(size_t group)
{
	int64_t begin = bench_now_ns();
	int64_t end;
	size_t done = 0;

	do {
		sign_group(group);
		done += group;
		end = bench_now_ns();
	} while (end - begin < SIGN_ROUND_NS);
	bs_writer_tick(writer, LIFETIME_DAYS, NOW);
	end = bench_now_ns();
	return (double)done * 1e9 / (double)(end - begin);
}

static void
bench_signing(void)
{
	static const size_t groups[] = {1, 10, 100};
	double rates[3][SIGN_ROUNDS];

	for (size_t round = 0; round < SIGN_ROUNDS; round++) {
		for (size_t i = 0; i < 3; i++)
			rates[i][round] = sign_round(groups[i]);
		/* what is left of the rounds' counts is not of this round */
		stop();
		start();
	}
	for (size_t i = 0; i < 3; i++)
		printf("first signatures, %3zu a commit: %8.0f/s\n", groups[i],
		    bench_percentile(rates[i], SIGN_ROUNDS, 50));
}

static void
nth_key(uint64_t n, struct bs_tag_key *out)
{
	uint64_t a = bench_mix(2 * n);
	uint64_t b = bench_mix(2 * n + 1);

	out->day = DAY - FILL_LAST - FILL_DAYS + 1 + (uint32_t)(n % FILL_DAYS);
	out->key = 3;
	memcpy(out->sender, &a, sizeof(a));
	memcpy(out->sender + sizeof(a), &b, sizeof(b));
}

/* Fills the store up to count records. */
static void
fill(uint64_t from, uint64_t count)
{
	struct bs_change *changes = calloc(BATCH, sizeof(*changes));

	if (changes == NULL)
		bench_fail("memory");
	for (uint64_t n = from; n < count;) {
		size_t used = 0;

		for (; used < BATCH && n < count; used++, n++) {
			struct bs_change *change = &changes[used];
			struct bs_tag_key key;

			nth_key(n, &key);
			change->table = BS_TABLE_TAG;
			change->key_len = bs_tag_key_write(&key, change->key);
			change->tag = (struct bs_tag_record){.issued = 1,
			    .recipients = 1,
			    .first_use = NOW,
			    .last_use = NOW};
		}
		bench_must(bs_store_apply(store, changes, used), "apply");
	}
	free(changes);
}

/* Nanoseconds a lookup by the way that a verdict takes. */
static double
lookup_round(uint64_t count, bool absent, uint64_t seed)
{
	int64_t begin = bench_now_ns();

	for (uint64_t i = 0; i < LOOKUPS; i++) {
		struct bs_entry entry = {.table = BS_TABLE_TAG};
		struct bs_tag_key key;

		nth_key(bench_mix(seed + i) % count, &key);
		key.sender[0] ^= absent ? 0x5a : 0;
		entry.key_len = bs_tag_key_write(&key, entry.key);
		if (bs_writer_get(writer, &entry) !=
		    (absent ? BS_STORE_ABSENT : 0))
			bench_fail("lookup");
	}
	return (double)(bench_now_ns() - begin) / LOOKUPS;
}

static void
bench_lookups(uint64_t count)
{
	double there[LOOKUP_ROUNDS];
	double absent[LOOKUP_ROUNDS];

	(void)lookup_round(count, false, 1);
	for (size_t round = 0; round < LOOKUP_ROUNDS; round++) {
		there[round] = lookup_round(count, false, round * LOOKUPS);
		absent[round] = lookup_round(count, true, round * LOOKUPS);
	}
	printf("lookup, %7" PRIu64 " records: %5.0f ns, absent %5.0f ns\n",
	    count, bench_percentile(there, LOOKUP_ROUNDS, 50),
	    bench_percentile(absent, LOOKUP_ROUNDS, 50));
}

static void
print_size(uint64_t before_bytes)
{
	struct bs_store_stat stat;
	double records;

	bench_must(bs_store_stat(store, &stat), "stat");
	records = (double)stat.entries[BS_TABLE_TAG];
	printf("bytes a record: %.0f live, %.0f of the file (%.0f MB)\n",
	    (double)(stat.used_bytes - before_bytes) / records,
	    (double)stat.file_bytes / records, (double)stat.file_bytes / 1e6);
}

/* What a writer in the same loop meets. */
struct stall {
	double flush_ms; /* the longest commit of one signature */
	double wait_ms;	 /* the longest from its coming to its commit */
	size_t flushes;
};

/* Signs, one at a time, until the time is over. came is when the first
 * signature came: while a chunk was being deleted it had to wait. */
static void
sign_until(int64_t end, int64_t came, struct stall *stall)
{
	do {
		int64_t begin = bench_now_ns();
		double flush_ms;
		double wait_ms;

		sign_group(1);
		flush_ms = (double)(bench_now_ns() - begin) / 1e6;
		wait_ms = (double)(bench_now_ns() - came) / 1e6;
		if (flush_ms > stall->flush_ms)
			stall->flush_ms = flush_ms;
		if (wait_ms > stall->wait_ms)
			stall->wait_ms = wait_ms;
		stall->flushes++;
		came = bench_now_ns();
	} while (came < end);
}

static void
bench_expiry(void)
{
	struct stall alone = {0};
	struct stall beside = {0};
	struct bs_store_stat before;
	struct bs_store_stat after;
	int64_t begin = bench_now_ns();
	double chunk_ms = 0;
	size_t chunks = 0;
	bool more;

	bench_must(bs_store_stat(store, &before), "stat");
	sign_until(begin + 2000000000, begin, &alone);
	begin = bench_now_ns();
	do {
		int64_t start_ns = bench_now_ns();
		int64_t end_ns;

		more = bs_writer_work(writer, LIFETIME_DAYS, NOW);
		end_ns = bench_now_ns();
		if ((double)(end_ns - start_ns) / 1e6 > chunk_ms)
			chunk_ms = (double)(end_ns - start_ns) / 1e6;
		chunks++;
		sign_until(end_ns + PAUSE_NS, start_ns, &beside);
	} while (more);
	printf("expiry of %d records: %.1f s, %zu chunks, longest %.1f ms\n",
	    LARGE, (double)(bench_now_ns() - begin) / 1e9, chunks, chunk_ms);
	bench_must(bs_store_stat(store, &after), "stat");
	if (after.entries[BS_TABLE_TAG] != before.entries[BS_TABLE_TAG] -
					       LARGE + alone.flushes +
					       beside.flushes)
		bench_fail("expiry left some");
	printf("a writer beside it: longest wait %.1f ms, longest commit "
	       "%.1f ms (alone %.1f), %zu commits\n",
	    beside.wait_ms, beside.flush_ms, alone.flush_ms, beside.flushes);
}

/* What a day keeps for "backstop report": of so many domains, each of which has
 * mail in each hour; and top tables that are full of texts of so many octets.
 */
static void
bench_report(unsigned domains, size_t text_len)
{
	const int64_t day = (int64_t)DAY * BS_DAY_SECONDS;
	struct bs_store_stat before;
	struct bs_store_stat after;
	char text[BS_TOP_TEXT_MAX + 1];
	uint8_t who[BS_RECORD_HASH] = {0};

	bench_must(bs_store_stat(store, &before), "stat");
	for (unsigned i = 0; i < domains; i++) {
		memcpy(who, &i, sizeof(i));
		for (int hour = 0; hour < 24; hour++)
			bs_writer_tally(writer, BS_TALLY_OF_HOUR, who,
			    BS_TALLY_FORGED, day + hour * 3600L);
		for (int kind = 0; kind < BS_TALLY_KINDS; kind++)
			bs_writer_tally(writer, (enum bs_tally_kind)kind, who,
			    BS_TALLY_COLUMNS - 1, day);
	}
	memset(text, 'a', sizeof(text));
	for (int i = 0; i < BS_TOP_SLOTS * BS_TOP_KINDS && text_len > 0; i++) {
		int at = snprintf(text, sizeof(text), "%05d.example", i);

		text[at] = 'a';
		bs_writer_top(writer, (enum bs_top_kind)(i % BS_TOP_KINDS),
		    text, text_len);
	}
	for (int second = 0; second < 60; second++)
		bs_writer_tick(writer, LIFETIME_DAYS, NOW + second);
	bench_must(bs_store_stat(store, &after), "stat");
	printf("a day of %u domains, top tables of %zu octets a text: "
	       "%.0f KB\n",
	    domains, text_len,
	    (double)(after.used_bytes - before.used_bytes) / 1e3);
}

static void
bench_reports(void)
{
	static const struct {
		unsigned domains;
		size_t text_len;
	} cases[] = {{1, 0}, {50, 0}, {50, 20}, {201, BS_TOP_TEXT_MAX}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bench_folder_make(folder);
		start();
		bench_report(cases[i].domains, cases[i].text_len);
		stop();
		bench_folder_remove(folder);
	}
}

int
main(void)
{
	struct bs_store_stat empty;

	setvbuf(stdout, NULL, _IOLBF, 0);
	bench_folder_make(folder);
	start();
	bench_signing();
	stop();
	bench_folder_remove(folder);

	bench_folder_make(folder);
	start();
	bench_must(bs_store_stat(store, &empty), "stat");
	fill(0, SMALL);
	bench_lookups(SMALL);
	fill(SMALL, LARGE);
	bench_lookups(LARGE);
	print_size(empty.used_bytes);
	bench_expiry();
	stop();
	bench_folder_remove(folder);
	bench_reports();
	return EXIT_SUCCESS;
}
