/* The parser of bounces over the public corpus, as the filter and the command
 * line push it, beside one hash of the same octets, in turn in one run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/keys/mac.h"
#include "common/bounce/dsn.h"
#include "tests/bench/bench.h"

#define ROUNDS 15
#define FILES_MAX 4096

static struct bench_file files[FILES_MAX];
static size_t file_count;
static size_t total;
static struct bs_dsn dsn;
static volatile unsigned sink; /* keeps the compiler from leaving work out */

static void
hash(const struct bench_file *file)
{
	static const uint8_t key[BS_STORE_KEY_LEN] = "store key";
	uint8_t out[16];

	bs_mac_hash(key, file->octets, file->len, out);
	sink += out[0];
}

static void
whole(const struct bench_file *file)
{
	bs_dsn_begin(&dsn);
	bs_dsn_push(&dsn, file->octets, file->len);
	bs_dsn_end(&dsn);
	sink += dsn.facts.kind;
}

static void
by_lines(const struct bench_file *file)
{
	const char *at = file->octets;
	const char *end = at + file->len;

	bs_dsn_begin(&dsn);
	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		const char *next = lf != NULL ? lf + 1 : end;

		bs_dsn_push(&dsn, at, (size_t)(next - at));
		at = next;
	}
	bs_dsn_end(&dsn);
	sink += dsn.facts.kind;
}

static void
read_corpus(void)
{
	const char *corpus = getenv("BACKSTOP_CORPUS");
	const char *root = getenv("BS_SOURCE_ROOT");
	char path[4096];

	if (corpus != NULL)
		snprintf(path, sizeof(path), "%s/bounces/msgs", corpus);
	else
		snprintf(path, sizeof(path), "%s/../shared/corpus/bounces/msgs",
		    root != NULL ? root : ".");
	file_count = bench_read_folder(path, files, FILES_MAX);
	if (file_count == 0) {
		printf("there is no corpus at %s: set BACKSTOP_CORPUS\n", path);
		exit(BENCH_SKIP);
	}
	for (size_t i = 0; i < file_count; i++)
		total += files[i].len;
}

int
main(void)
{
	static const struct {
		const char *name;
		void (*call)(const struct bench_file *);
	} kinds[] = {
	    {"HMAC-SHA256 of the octets", hash},
	    {"parsed, each in one piece", whole},
	    {"parsed, line by line", by_lines},
	};
	enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
	double rates[KINDS][ROUNDS];

	read_corpus();
	for (size_t round = 0; round < ROUNDS; round++)
		for (size_t kind = 0; kind < KINDS; kind++) {
			int64_t start = bench_now_ns();

			for (size_t i = 0; i < file_count; i++)
				kinds[kind].call(&files[i]);
			rates[kind][round] = (double)total * 1e3 /
					     (double)(bench_now_ns() - start);
		}
	printf("%zu files, %zu octets; MB/s, median of %d rounds (lowest)\n",
	    file_count, total, ROUNDS);
	for (size_t kind = 0; kind < KINDS; kind++) {
		double median = bench_percentile(rates[kind], ROUNDS, 50);

		printf("%-28s %6.0f (%.0f)  %.2f x the hash\n",
		    kinds[kind].name, median,
		    bench_percentile(rates[kind], ROUNDS, 0),
		    median / bench_percentile(rates[0], ROUNDS, 50));
	}
	return EXIT_SUCCESS;
}
