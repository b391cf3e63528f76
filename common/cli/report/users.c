/* Names users whose hashes the store has: backstop report --users. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/cli/load.h"
#include "common/cli/output.h"
#include "common/cli/report/users.h"
#include "common/keys/mac.h"
#include "common/mail/address.h"

/* Reading. */
struct names {
	uint8_t store_key[BS_STORE_KEY_LEN];
	struct bs_report_top *users;
	size_t count;	  /* of addresses */
	size_t bad;	  /* lines that have none ... */
	size_t first_bad; /* ... and the first of them */
};

/* The text without blanks around it and without a comment. */
static char *
strip(char *line)
{
	size_t len;

	line[strcspn(line, "#\r\n")] = '\0';
	line += strspn(line, " \t");
	len = strlen(line);
	while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t'))
		len--;
	line[len] = '\0';
	return line;
}

static void
take(struct names *names, const char *text, size_t number)
{
	struct bs_address address;
	char canonical[BS_ADDRESS_MAX];
	uint8_t hash[BS_RECORD_HASH];

	if (bs_address_parse(text, strlen(text), &address) != 0 ||
	    address.domain_len == 0 ||
	    bs_address_canonical(&address, canonical, sizeof(canonical)) != 0) {
		if (names->bad++ == 0)
			names->first_bad = number;
		return;
	}
	names->count++;
	bs_mac_hash(names->store_key, canonical, strlen(canonical), hash);
	for (size_t i = 0; i < names->users->count; i++) {
		struct bs_report_entry *row = &names->users->rows[i];

		if (row->hash[0] != '\0' &&
		    memcmp(row->user, hash, sizeof(hash)) == 0)
			snprintf(row->name, sizeof(row->name), "%s", canonical);
	}
}

/* Returns 0, or an exit status after the complaint. */
static int
read_lines(const char *path, FILE *file, struct names *names)
{
	char *line = NULL;
	size_t size = 0;
	size_t number = 0;
	int rc;

	errno = 0;
	while (getline(&line, &size, file) >= 0) {
		char *text = strip(line);

		number++;
		if (text[0] != '\0')
			take(names, text, number);
	}
	rc = ferror(file) ? errno : 0;
	free(line);
	if (rc != 0) {
		bs_complain("%s: %s", path, strerror(rc));
		return EX_IOERR;
	}
	if (names->bad > 0)
		bs_complain("%s:%zu: %s, as alice@example.org%s", path,
		    names->first_bad,
		    names->bad == 1 ? "the line is no address"
				    : "this line and others are no addresses",
		    names->count > 0 ? "; the rest is used" : "");
	return names->count == 0 && names->bad > 0 ? EX_DATAERR : 0;
}

/* Returns 0, or an exit status after the complaint. */
static int
read_key(const struct bs_config *config, struct names *names)
{
	struct bs_state_folder_paths paths;
	struct bs_fault fault = {0};
	int rc = bs_state_folder_paths(config->state, &paths);

	if (rc == 0)
		rc = bs_state_folder_store_key(paths.store_key,
		    names->store_key, &fault);
	if (rc != 0)
		bs_complain("%s: %s", config->state,
		    fault.text[0] != '\0' ? fault.text : strerror(-rc));
	return bs_exit_of(rc);
}

int
bs_report_name_users(const char *path, const struct bs_config *config,
    struct bs_report *report)
{
	struct names names = {.users = &report->users};
	bool is_input = strcmp(path, "-") == 0;
	FILE *file = is_input ? stdin : fopen(path, "re");
	int status;

	if (file == NULL) {
		bs_complain("%s: %s", path, strerror(errno));
		return errno == ENOENT ? EX_NOINPUT : bs_exit_of(-errno);
	}
	status = read_key(config, &names);
	if (status == 0)
		status = read_lines(path, file, &names);
	bs_mac_wipe(names.store_key, sizeof(names.store_key));
	if (!is_input)
		(void)fclose(file);
	return status;
}
