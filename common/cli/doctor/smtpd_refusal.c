/* Statements of smtpd.conf(5) that refuse mail with the null reverse-path. */
#include <stdio.h>
#include <string.h>

#include "common/cli/doctor/smtpd_refusal.h"

/* How the null reverse-path is written: as SMTP has it, as rules see it (an
 * empty local part at an empty domain), and as expressions for these. */
static const char *const nulls[] = {"<>", "@", ""};
static const char *const null_regexes[] = {"^$", "^<>$", "^@$", "^(<>)?$",
    "^@?$", "<>"};

/* Expressions for everything else. */
static const char *const other_regexes[] = {".+", "..*", "^.+$", "@.+", ".+@.+",
    "^.+@.+$", ".+@", "@."};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
is_among(const char *word, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(word, list[i]) == 0)
			return true;
	return false;
}

/* What a condition on the sender asks for. */
struct asked {
	bool is_regex;
	bool is_negated;
};

static bool
word_hits(const char *word, const struct asked *asked)
{
	if (!asked->is_regex)
		return !asked->is_negated &&
		       is_among(word, nulls, COUNT(nulls));
	if (asked->is_negated)
		return is_among(word, other_regexes, COUNT(other_regexes));
	return is_among(word, null_regexes, COUNT(null_regexes));
}

static bool
table_hits(const struct bs_smtpd_conf *conf, const char *name,
    const struct asked *asked)
{
	for (size_t i = 0; i < conf->null_table_count; i++)
		if (!asked->is_negated && !asked->is_regex &&
		    strcmp(conf->null_tables[i], name) == 0)
			return true;
	return false;
}

/* The value of a condition: a word, <table>, or { word, word }. Of several, a
 * negated one must miss all: then one hit of the list is none. */
static bool
value_hits(const struct bs_smtpd_conf *conf, const struct bs_smtpd_line *line,
    size_t at, const struct asked *asked)
{
	if (at >= line->count)
		return false;
	if (line->kinds[at] == '<') {
		/* "<>" without quotes */
		if (at + 1 < line->count && line->kinds[at + 1] == '>')
			return word_hits("<>", asked);
		return at + 1 < line->count &&
		       table_hits(conf, line->words[at + 1], asked);
	}
	if (line->kinds[at] != '{')
		return word_hits(line->words[at], asked);
	if (asked->is_negated)
		return false;
	for (at++; at < line->count && line->kinds[at] != '}'; at++)
		if (line->kinds[at] != ',' && word_hits(line->words[at], asked))
			return true;
	return false;
}

/* Whether the statement asks for the null reverse-path. */
static bool
asks_null(const struct bs_smtpd_conf *conf, const struct bs_smtpd_line *line)
{
	for (size_t at = 1; at + 1 < line->count; at++) {
		struct asked asked = {0};
		size_t value = at + 1;

		if (!bs_smtpd_line_is(line, at, "mail-from") ||
		    bs_smtpd_line_is(line, at - 1, "phase"))
			continue;
		/* "! mail-from", "! from mail-from" */
		asked.is_negated = line->kinds[at - 1] == '!' ||
				   (at > 1 && line->kinds[at - 2] == '!' &&
				       bs_smtpd_line_is(line, at - 1, "from"));
		if (bs_smtpd_line_is(line, value, "regex")) {
			asked.is_regex = true;
			value++;
		}
		if (value_hits(conf, line, value, &asked))
			return true;
	}
	return false;
}

/* Whether some other condition makes it a rule for a few. */
static bool
is_narrow(const struct bs_smtpd_line *line)
{
	static const char *const conditions[] = {"auth", "helo", "rcpt-to",
	    "src", "rdns", "fcrdns", "tls"};

	for (size_t at = 1; at < line->count; at++) {
		size_t before = at - 1;

		if (bs_smtpd_line_is(line, before, "from") && before > 0)
			before--;
		if (line->kinds[at] != BS_SMTPD_WORD ||
		    line->kinds[before] == '!' ||
		    bs_smtpd_line_is(line, at - 1, "phase") ||
		    bs_smtpd_line_is(line, at - 1, "tag"))
			continue;
		if (is_among(line->words[at], conditions, COUNT(conditions)))
			return true;
	}
	return false;
}

static bool
refuses(const struct bs_smtpd_line *line)
{
	if (bs_smtpd_line_is(line, 0, "match"))
		return bs_smtpd_line_is(line, line->count - 1, "reject");
	for (size_t at = 4;
	     bs_smtpd_line_is(line, 0, "filter") &&
	     bs_smtpd_line_is(line, 2, "phase") && at < line->count;
	     at++)
		if (bs_smtpd_line_is(line, at, "reject") ||
		    bs_smtpd_line_is(line, at, "disconnect"))
			return true;
	return false;
}

/* table NAME { word, word } */
static void
take_table(struct bs_smtpd_conf *conf, const struct bs_smtpd_line *line)
{
	const struct asked asked = {0};

	if (line->count < 4 || line->kinds[2] != '{' ||
	    conf->null_table_count == BS_SMTPD_TABLES ||
	    !value_hits(conf, line, 2, &asked))
		return;
	snprintf(conf->null_tables[conf->null_table_count++], BS_SMTPD_NAME,
	    "%s", line->words[1]);
}

void
bs_smtpd_take_refusal(struct bs_smtpd_conf *conf,
    const struct bs_smtpd_line *line, struct bs_smtpd_place place)
{
	if (bs_smtpd_line_is(line, 0, "table"))
		take_table(conf, line);
	else if (refuses(line) && asks_null(conf, line) && !is_narrow(line) &&
		 conf->refusal_count < BS_SMTPD_REFUSALS)
		conf->refusals[conf->refusal_count++] = place;
}
