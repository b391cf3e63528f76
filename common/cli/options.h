/* The command line of backstop(8). */
#ifndef BS_CLI_OPTIONS_H
#define BS_CLI_OPTIONS_H

#include "common/base/backstop.h"
#include "common/cli/cli.h"

/* Reads the command line. All words are left in call->words, the name of the
 * subcommand among them; the array is malloc()ed. Returns 0 or an exit status
 * after the complaint. */
BS_MUST_USE int bs_options_read(int argc, char **argv, struct bs_call *call,
    unsigned *traits);

/* Reads "4": a key number. Returns it, or -1 after the complaint. */
int bs_options_key(const char *text);

/* Reads "2026-01-01": the first second of a day. Returns 0, or EX_USAGE after
 * the complaint. */
BS_MUST_USE int bs_options_day(const char *text, int64_t *out);

#endif
