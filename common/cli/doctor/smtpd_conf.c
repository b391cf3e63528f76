/* smtpd.conf(5), as far as 'backstop doctor' asks: what runs, what listens, and
 * what refuses mail with the null reverse-path. */
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/doctor/smtpd_conf.h"

static const char program[] = "filter-backstop";

static void
copy(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text);
}

void
bs_smtpd_begin(struct bs_smtpd_conf *conf)
{
	memset(conf, 0, sizeof(*conf));
	conf->queue_seconds = BS_SMTPD_TTL_SECONDS;
}

/* Names from the given word on: one, or several in braces. Returns the word
 * behind them. */
static size_t
take_names(const struct bs_smtpd_line *line, size_t at,
    char names[static BS_SMTPD_MEMBERS][BS_SMTPD_NAME], size_t *count)
{
	if (at < line->count && line->kinds[at] != '{') {
		if (*count < BS_SMTPD_MEMBERS)
			copy(names[(*count)++], BS_SMTPD_NAME, line->words[at]);
		return at + 1;
	}
	for (at++; at < line->count && line->kinds[at] != '}'; at++) {
		if (line->kinds[at] != BS_SMTPD_WORD &&
		    line->kinds[at] != BS_SMTPD_QUOTED)
			continue;
		if (*count < BS_SMTPD_MEMBERS)
			copy(names[(*count)++], BS_SMTPD_NAME, line->words[at]);
	}
	return at + 1;
}

/* Behind the command: user, group, chroot. */
static void
take_powers(const struct bs_smtpd_line *line, size_t at,
    struct bs_smtpd_filter *out)
{
	for (; at + 1 < line->count; at++) {
		if (bs_smtpd_line_is(line, at, "user"))
			copy(out->user, sizeof(out->user), line->words[++at]);
		else if (bs_smtpd_line_is(line, at, "group"))
			copy(out->group, sizeof(out->group), line->words[++at]);
	}
}

static struct bs_smtpd_filter *
new_filter(struct bs_smtpd_conf *conf, const struct bs_smtpd_line *line,
    unsigned file)
{
	struct bs_smtpd_filter *filter;

	if (conf->filter_count == BS_SMTPD_FILTERS || line->is_cut) {
		conf->is_cut = true;
		return NULL;
	}
	filter = &conf->filters[conf->filter_count++];
	memset(filter, 0, sizeof(*filter));
	filter->place = (struct bs_smtpd_place){file, line->number};
	copy(filter->name, sizeof(filter->name), line->words[1]);
	return filter;
}

/* filter NAME proc-exec|proc|chain|phase ... */
static void
take_filter(struct bs_smtpd_conf *conf, const struct bs_smtpd_line *line,
    unsigned file)
{
	struct bs_smtpd_filter *filter;

	if (line->count < 4 || (filter = new_filter(conf, line, file)) == NULL)
		return;
	if (bs_smtpd_line_is(line, 2, "proc-exec")) {
		filter->kind = BS_SMTPD_EXEC;
		copy(filter->command, sizeof(filter->command), line->words[3]);
		take_powers(line, 4, filter);
	} else if (bs_smtpd_line_is(line, 2, "proc")) {
		filter->kind = BS_SMTPD_PROC;
		copy(filter->command, sizeof(filter->command), line->words[3]);
	} else if (bs_smtpd_line_is(line, 2, "chain")) {
		filter->kind = BS_SMTPD_CHAIN;
		take_names(line, 3, filter->members, &filter->member_count);
	} else
		filter->kind = BS_SMTPD_PHASE;
}

/* proc NAME COMMAND ... */
static void
take_proc(struct bs_smtpd_conf *conf, const struct bs_smtpd_line *line,
    unsigned file)
{
	struct bs_smtpd_filter *filter;

	if (line->count < 3 || (filter = new_filter(conf, line, file)) == NULL)
		return;
	filter->kind = BS_SMTPD_PROC_DEFINED;
	copy(filter->command, sizeof(filter->command), line->words[2]);
	take_powers(line, 3, filter);
}

/* listen on WHERE OPTION ... */
static void
take_listener(struct bs_smtpd_conf *conf, const struct bs_smtpd_line *line,
    unsigned file)
{
	struct bs_smtpd_listener *out;

	if (line->count < 3 || !bs_smtpd_line_is(line, 1, "on"))
		return;
	if (conf->listener_count == BS_SMTPD_LISTENERS || line->is_cut) {
		conf->is_cut = true;
		return;
	}
	out = &conf->listeners[conf->listener_count++];
	memset(out, 0, sizeof(*out));
	out->place = (struct bs_smtpd_place){file, line->number};
	out->is_socket = bs_smtpd_line_is(line, 2, "socket");
	copy(out->where, sizeof(out->where), line->words[2]);
	for (size_t at = 3; at < line->count; at++) {
		if (bs_smtpd_line_is(line, at, "auth"))
			out->needs_auth = out->takes_auth = true;
		else if (bs_smtpd_line_is(line, at, "auth-optional"))
			out->takes_auth = true;
		else if (bs_smtpd_line_is(line, at, "smtps"))
			out->is_smtps = true;
		else if (bs_smtpd_line_is(line, at, "senders"))
			out->has_senders = true;
		else if (bs_smtpd_line_is(line, at, "no-dsn"))
			out->no_dsn = true;
		else if (at + 1 == line->count)
			break;
		else if (bs_smtpd_line_is(line, at, "port"))
			copy(out->port, sizeof(out->port), line->words[++at]);
		else if (bs_smtpd_line_is(line, at, "filter"))
			at = take_names(line, at + 1, out->filters,
				 &out->filter_count) -
			     1;
		else if (bs_smtpd_line_is(line, at, "tag"))
			copy(out->tag, sizeof(out->tag), line->words[++at]);
		else if (bs_smtpd_line_is(line, at, "pki") ||
			 bs_smtpd_line_is(line, at, "ca") ||
			 bs_smtpd_line_is(line, at, "hostname"))
			at++; /* a name may be any of the words above */
	}
}

/* "4d": digits and a unit. Returns 0 where it is none. */
static unsigned
read_delay(const char *text)
{
	static const struct {
		char unit;
		unsigned seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', BS_DAY_SECONDS}};
	unsigned number = 0;

	for (; bs_ascii_is_digit(*text); text++) {
		number = number * 10 + (unsigned)(*text - '0');
		if (number > 36500)
			number = 36500;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (text[0] == units[i].unit && text[1] == '\0')
			return number * units[i].seconds;
	return 0;
}

/* queue ttl 4d, and an action's own: ... ttl 4d. */
static void
take_ttl(struct bs_smtpd_conf *conf, const struct bs_smtpd_line *line)
{
	bool is_queue = bs_smtpd_line_is(line, 0, "queue");

	for (size_t at = 1; at + 1 < line->count; at++) {
		unsigned seconds;

		if (!bs_smtpd_line_is(line, at, "ttl") ||
		    (seconds = read_delay(line->words[at + 1])) == 0)
			continue;
		if (is_queue)
			conf->queue_seconds = seconds;
		else if (seconds > conf->action_seconds)
			conf->action_seconds = seconds;
	}
}

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

/* Notes a statement that refuses every null reverse-path, or a table of its
 * that others ask. */
static void
take_refusal(struct bs_smtpd_conf *conf, const struct bs_smtpd_line *line,
    struct bs_smtpd_place place)
{
	if (bs_smtpd_line_is(line, 0, "table"))
		take_table(conf, line);
	else if (refuses(line) && asks_null(conf, line) && !is_narrow(line) &&
		 conf->refusal_count < BS_SMTPD_REFUSALS)
		conf->refusals[conf->refusal_count++] = place;
}

static void
take_line(struct bs_smtpd_conf *conf, unsigned file,
    const struct bs_smtpd_line *line, bs_smtpd_include *include, void *context)
{
	if (bs_smtpd_macro_take(&conf->macros, line))
		return;
	if (bs_smtpd_line_is(line, 0, "include")) {
		if (line->count > 1 && include != NULL)
			include(context, conf, line->words[1]);
	} else if (bs_smtpd_line_is(line, 0, "filter"))
		take_filter(conf, line, file);
	else if (bs_smtpd_line_is(line, 0, "proc"))
		take_proc(conf, line, file);
	else if (bs_smtpd_line_is(line, 0, "listen"))
		take_listener(conf, line, file);
	else if (bs_smtpd_line_is(line, 0, "queue") ||
		 bs_smtpd_line_is(line, 0, "action"))
		take_ttl(conf, line);
	take_refusal(conf, line, (struct bs_smtpd_place){file, line->number});
	bs_smtpd_rules_take(&conf->rules, line,
	    (struct bs_smtpd_place){file, line->number});
	conf->is_cut = conf->is_cut || conf->rules.is_cut;
}

void
bs_smtpd_read(struct bs_smtpd_conf *conf, unsigned file, const char *text,
    size_t len, bs_smtpd_include *include, void *context)
{
	struct bs_smtpd_text reading;
	struct bs_smtpd_line line;

	bs_smtpd_text_begin(&reading, text, len);
	while (bs_smtpd_line_next(&reading, &conf->macros, &line))
		take_line(conf, file, &line, include, context);
}

static const struct bs_smtpd_filter *
find(const struct bs_smtpd_conf *conf, const char *name, bool is_proc)
{
	for (size_t i = 0; i < conf->filter_count; i++)
		if ((conf->filters[i].kind == BS_SMTPD_PROC_DEFINED) ==
			is_proc &&
		    strcmp(conf->filters[i].name, name) == 0)
			return &conf->filters[i];
	return NULL;
}

const struct bs_smtpd_filter *
bs_smtpd_find(const struct bs_smtpd_conf *conf, const char *name)
{
	return find(conf, name, false);
}

const struct bs_smtpd_filter *
bs_smtpd_program(const struct bs_smtpd_conf *conf,
    const struct bs_smtpd_filter *filter)
{
	switch (filter->kind) {
	case BS_SMTPD_EXEC:
	case BS_SMTPD_PROC_DEFINED:
		return filter;
	case BS_SMTPD_PROC:
		return find(conf, filter->command, true);
	default:
		return NULL;
	}
}

bool
bs_smtpd_is_ours(const char *command)
{
	size_t len = strcspn(command, " \t");
	size_t name = len;

	while (name > 0 && command[name - 1] != '/')
		name--;
	return len - name == strlen(program) &&
	       strncmp(command + name, program, len - name) == 0;
}

/* Finds "-m in" or "-min" among words. */
static const char *
find_option(const char *command, char option)
{
	const char *at = command;

	while ((at = strchr(at, '-')) != NULL) {
		if (at != command && strchr(" \t", at[-1]) != NULL &&
		    at[1] == option)
			return at + 2;
		at++;
	}
	return NULL;
}

bool
bs_smtpd_option(const char *command, char option,
    char out[static BS_SMTPD_COMMAND])
{
	const char *at;
	size_t len;

	out[0] = '\0';
	if (!bs_smtpd_is_ours(command) ||
	    (at = find_option(command, option)) == NULL)
		return false;
	at += strspn(at, " \t");
	len = strcspn(at, " \t");
	if (len == 0 || len >= BS_SMTPD_COMMAND)
		return false;
	memcpy(out, at, len);
	out[len] = '\0';
	return true;
}

static bool
begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

bool
bs_smtpd_is_loopback(const char *where)
{
	return begins(where, "127.") || strcmp(where, "::1") == 0 ||
	       strcmp(where, "localhost") == 0 ||
	       (begins(where, "lo") &&
		   strspn(where + 2, "0123456789") == strlen(where + 2));
}

bool
bs_smtpd_is_public(const struct bs_smtpd_listener *listener)
{
	return !listener->is_socket && !listener->needs_auth &&
	       !bs_smtpd_is_loopback(listener->where);
}

const char *
bs_smtpd_port(const struct bs_smtpd_listener *listener)
{
	const char *port = listener->port;

	if (port[0] == '\0')
		return listener->is_smtps ? "465" : "25";
	return strcmp(port, "smtp") == 0	  ? "25"
	       : strcmp(port, "smtps") == 0	  ? "465"
	       : strcmp(port, "submissions") == 0 ? "465"
	       : strcmp(port, "submission") == 0  ? "587"
						  : port;
}
