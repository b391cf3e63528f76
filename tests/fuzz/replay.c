/* Runs a fuzz target over its seeds, what they begin with, and what one octet
 * makes of them: fuzzing without a fuzzer, the same every time.
 *
 * usage: fuzz_NAME_seeds FOLDER */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Octets of a seed that are read; a longer one is a mistake. */
#define SEED_MAX ((size_t)1 << 17)

/* Changed inputs that a seed may cost, of either sort; of a long seed every
 * so many octets are left out. */
#define RUNS_MAX 4000

/* What an octet becomes, beside itself with a bit turned over: what parsers
 * take for an end, a separator, a sign or a letter. */
static const uint8_t octets[] = {0, '\n', '\r', ' ', '%', '=', '@', '|', '0',
    '9', 'A', 0x7f, 0x80, 0xff};

#define CHANGES (sizeof(octets) + 8)

/* Each run has a copy that ends where the input ends, for ASan to guard. */
static void
run(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size > 0 ? size : 1);

	if (copy == NULL)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

static size_t
run_prefixes(const uint8_t *seed, size_t size)
{
	size_t step = size / RUNS_MAX + 1;
	size_t runs = 0;

	for (size_t len = 0; len < size; len += step, runs++)
		run(seed, len);
	return runs;
}

static size_t
run_changes(uint8_t *seed, size_t size)
{
	size_t step = size * CHANGES / RUNS_MAX + 1;
	size_t runs = 0;

	for (size_t at = 0; at < size; at += step) {
		uint8_t was = seed[at];

		for (size_t i = 0; i < sizeof(octets); i++, runs++) {
			seed[at] = octets[i];
			run(seed, size);
		}
		for (unsigned bit = 0; bit < 8; bit++, runs++) {
			seed[at] = (uint8_t)(was ^ (1U << bit));
			run(seed, size);
		}
		seed[at] = was;
	}
	return runs;
}

/* Returns the number of runs, or 0 after a complaint. */
static size_t
run_seed(const char *folder, const char *name)
{
	static uint8_t seed[SEED_MAX];
	char path[4096];
	size_t size;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	if ((file = fopen(path, "rb")) == NULL) {
		perror(path);
		return 0;
	}
	size = fread(seed, 1, sizeof(seed), file);
	fclose(file);
	if (size == sizeof(seed)) {
		fprintf(stderr, "%s: too long for a seed\n", path);
		return 0;
	}
	run(seed, size);
	return 1 + run_prefixes(seed, size) + run_changes(seed, size);
}

int
main(int argc, char **argv)
{
	struct dirent *entry;
	DIR *folder;
	size_t seeds = 0;
	size_t runs = 0;

	if (argc != 2 || (folder = opendir(argv[1])) == NULL) {
		fprintf(stderr, "usage: %s FOLDER-OF-SEEDS\n", argv[0]);
		return 2;
	}
	while ((entry = readdir(folder)) != NULL) {
		size_t done;

		if (entry->d_name[0] == '.')
			continue;
		if ((done = run_seed(argv[1], entry->d_name)) == 0)
			return 1;
		seeds++;
		runs += done;
	}
	closedir(folder);
	printf("%zu seeds, %zu runs\n", seeds, runs);
	return seeds == 0;
}
