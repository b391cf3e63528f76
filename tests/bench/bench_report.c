/* backstop report over all that a store keeps: 31 days and 50 domains, with
 * each hour of each of them, and top tables that are full.
 *
 * usage: bench_report BACKSTOP */
#include <fcntl.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/config/read.h"
#include "common/engine/state_folder.h"
#include "common/keys/day.h"
#include "common/store/lmdb.h"
#include "common/store/meta.h"
#include "common/store/top_record.h"
#include "tests/bench/bench.h"

#define DAYS 31
#define DOMAINS 50
#define TODAY 20000U
#define NOW ((int64_t)TODAY * BS_DAY_SECONDS + 23 * 3600)
#define ROUNDS 11
#define CHUNK 1000

static char folder[PATH_MAX];
static char conf_path[PATH_MAX + 8];
static uint8_t store_key[BS_STORE_KEY_LEN];
static struct bs_store *store;
static struct bs_change changes[CHUNK];
static size_t count;

static void
complain(void *context, const struct bs_fault *fault, bool is_warning)
{
	(void)context;
	(void)is_warning;
	fprintf(stderr, "%u: %s\n", fault->line, fault->text);
}

/* A configuration of 50 domains, and a state folder of our own user's. */
static void
make_state(void)
{
	const struct passwd *pw = getpwuid(geteuid());
	struct bs_config *config;
	struct bs_fault fault = {0};
	FILE *file;
	int key;

	snprintf(conf_path, sizeof(conf_path), "%s/conf", folder);
	if (pw == NULL || (file = fopen(conf_path, "w")) == NULL)
		bench_fail("conf");
	fprintf(file,
	    "sign = yes\noutbound = here\nstate = %s/state\nuser = %s\n"
	    "domains =",
	    folder, pw->pw_name);
	for (int i = 0; i < DOMAINS; i++)
		fprintf(file, "%s d%d.example", i == 0 ? "" : ",", i);
	fputs("\n[spf]\ncheck = yes\n", file);
	if (fclose(file) != 0)
		bench_fail("conf");
	bench_must(bs_config_load(conf_path, &config, complain, NULL),
	    conf_path);
	bench_must(bs_state_folder_init(config, -1, NOW - 40 * BS_DAY_SECONDS,
		       &key, &fault),
	    fault.text);
	bs_config_free(config);
}

static void
commit(void)
{
	bench_must(bs_store_apply(store, changes, count), "apply");
	count = 0;
}

static void
put(const struct bs_entry *entry)
{
	bs_change_set(&changes[count++], entry);
	if (count == CHUNK)
		commit();
}

static void
put_tally(enum bs_tally_kind kind, uint32_t when, const char *name)
{
	struct bs_tally_record record;
	struct bs_entry entry = {.table = BS_TABLE_META};
	uint8_t hash[BS_RECORD_HASH];
	char text[64];

	snprintf(text, sizeof(text), "@%s", name);
	bs_mac_hash(store_key, text, strlen(text), hash);
	for (unsigned i = 0; i < BS_TALLY_COLUMNS; i++)
		record.counts[i] = (uint32_t)(bench_mix(when + i) % 1000);
	entry.key_len = bs_tally_key_write(kind, when, hash, entry.key);
	entry.value_len = bs_tally_record_write(entry.key, entry.key_len,
	    &record, entry.value);
	put(&entry);
}

static void
put_top(uint32_t day, enum bs_top_kind kind, uint16_t slot)
{
	struct bs_top_entry top = {.count = slot + 1, .len = BS_RECORD_HASH};

	if (kind == BS_TOP_USER)
		memset(top.text, slot & 0xff, BS_RECORD_HASH);
	else
		top.len = (uint8_t)snprintf(top.text, sizeof(top.text),
		    "a-host-of-somebody-%u-%u.mail.example", day % 7,
		    (unsigned)slot);
	for (unsigned i = 0; i < bs_top_parts(&top); i++) {
		struct bs_top_key key = {day, (uint8_t)kind, slot, (uint8_t)i};
		struct bs_entry entry = {.table = BS_TABLE_TOP};

		entry.key_len = bs_top_key_write(&key, entry.key);
		entry.value_len = bs_top_record_write(entry.key, entry.key_len,
		    &top, i, entry.value);
		put(&entry);
	}
}

static void
put_day(uint32_t day)
{
	char name[64];

	for (int i = 0; i < DOMAINS; i++) {
		snprintf(name, sizeof(name), "d%d.example", i);
		put_tally(BS_TALLY_OF_DAY, day, name);
		put_tally(BS_TALLY_OF_LEFT, day, name);
		for (uint32_t hour = 0; hour < 24; hour++)
			put_tally(BS_TALLY_OF_HOUR, day * 24 + hour, name);
	}
	put_tally(BS_TALLY_OF_DAY, day, BS_TALLY_SPF);
	for (unsigned kind = 0; kind < BS_TOP_KINDS; kind++)
		for (uint16_t slot = 0; slot < BS_TOP_SLOTS; slot++)
			put_top(day, (enum bs_top_kind)kind, slot);
}

static void
fill(void)
{
	struct bs_fault fault;
	char path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/state/store.key", folder);
	bench_must(bs_state_folder_store_key(path, store_key, &fault), path);
	snprintf(path, sizeof(path), "%s/state/store", folder);
	bench_must(bs_store_open(path, BS_STORE_WRITE, &store), path);
	bench_must(bs_meta_claim_key(store, store_key), path);
	bs_meta_number(&changes[count++], "epoch", NOW - 40 * BS_DAY_SECONDS,
	    0);
	bs_meta_number(&changes[count++], "alive", NOW, 0);
	for (uint32_t day = TODAY - DAYS + 1; day <= TODAY; day++)
		put_day(day);
	commit();
	bs_store_close(store);
}

/* Milliseconds that a report takes, and its octets. */
static double
run(const char *program, const char *form, const char *value, off_t *octets)
{
	char at[32];
	char out[PATH_MAX + 8];
	struct stat st;
	int64_t start = bench_now_ns();
	int status;
	pid_t child = fork();

	snprintf(at, sizeof(at), "%" PRId64, NOW);
	snprintf(out, sizeof(out), "%s/out", folder);
	if (child == 0) {
		int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		if (fd == -1 || dup2(fd, STDOUT_FILENO) == -1)
			_exit(126);
		execl(program, program, "-c", conf_path, "--at", at, "report",
		    form, value, (char *)NULL);
		_exit(127);
	}
	if (child == -1 || waitpid(child, &status, 0) != child ||
	    !WIFEXITED(status) || WEXITSTATUS(status) != 0 ||
	    stat(out, &st) != 0)
		bench_fail(form == NULL ? "report" : form);
	*octets = st.st_size;
	return (double)(bench_now_ns() - start) / 1e6;
}

static void
measure(const char *program, const char *what, const char *form,
    const char *value)
{
	double times[ROUNDS];
	off_t octets = 0;

	for (int i = 0; i < ROUNDS; i++)
		times[i] = run(program, form, value, &octets);
	printf("%-10s %4.0f ms, %.0f KB\n", what,
	    bench_percentile(times, ROUNDS, 50), (double)octets / 1024);
}

int
main(int argc, char **argv)
{
	if (argc != 2)
		bench_fail("usage: bench_report BACKSTOP");
	bench_folder_make(folder);
	make_state();
	fill();
	printf("%d days, %d domains, full top tables:\n", DAYS, DOMAINS);
	measure(argv[1], "text", NULL, NULL);
	measure(argv[1], "--json", "--json", NULL);
	measure(argv[1], "--html -", "--html", "-");
	bench_folder_remove(folder);
	return 0;
}
