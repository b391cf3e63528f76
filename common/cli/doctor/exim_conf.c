/* Exim's configuration, as far as 'backstop doctor' asks. */
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/doctor/exim_conf.h"

#define LINE_OCTETS 8192

/* A statement of several lines, joined. */
struct statement {
	unsigned line; /* of its first */
	char text[LINE_OCTETS];
};

struct reading {
	const char *text;
	size_t len;
	size_t at;
	unsigned line;
};

/* The next line of the file, without spaces around it, appended. Returns
 * whether it ends in a backslash. */
static bool
append_line(struct reading *reading, char *out, size_t *used)
{
	const char *from = reading->text + reading->at;
	const char *end = memchr(from, '\n', reading->len - reading->at);
	size_t len =
	    end != NULL ? (size_t)(end - from) : reading->len - reading->at;
	bool goes_on;

	reading->at += len + (end != NULL ? 1 : 0);
	reading->line++;
	while (len > 0 && strchr(" \t\r", from[len - 1]) != NULL &&
	       from[len - 1] != '\0')
		len--;
	while (len > 0 && (*from == ' ' || *from == '\t')) {
		from++;
		len--;
	}
	if (len > 0 && *from == '#')
		return *used > 0; /* a comment ends no statement */
	goes_on = len > 0 && from[len - 1] == '\\';
	if (goes_on)
		len--;
	if (len > LINE_OCTETS - 1 - *used)
		len = LINE_OCTETS - 1 - *used;
	for (size_t i = 0; i < len; i++)
		out[(*used)++] = (char)(from[i] == '\0' ? '?' : from[i]);
	out[*used] = '\0';
	return goes_on;
}

static bool
next_statement(struct reading *reading, struct statement *out)
{
	size_t used = 0;

	while (used == 0 && reading->at < reading->len) {
		out->line = reading->line + 1;
		while (reading->at < reading->len &&
		       append_line(reading, out->text, &used))
			;
	}
	return used > 0;
}

static bool
is_name(char c)
{
	return bs_ascii_is_alpha(c) || bs_ascii_is_digit(c) || c == '_' ||
	       c == '.';
}

/* Whether a text begins with a word; sets *rest behind it and spaces. */
static bool
takes_word(const char *text, const char *word, const char **rest)
{
	size_t len = strlen(word);

	if (strncmp(text, word, len) != 0 || is_name(text[len]))
		return false;
	*rest = text + len + strspn(text + len, " \t");
	return true;
}

/* Whether it is "name = value"; sets *value. */
static bool
takes_value(const char *text, const char *name, const char **value)
{
	if (!takes_word(text, name, value) || **value != '=')
		return false;
	*value += strspn(*value, "= \t");
	return true;
}

static void
begin_section(struct bs_exim_conf *conf, const char *name)
{
	static const struct {
		const char *name;
		enum bs_exim_section section;
	} sections[] = {
	    {"acl", BS_EXIM_ACL},
	    {"routers", BS_EXIM_ROUTERS},
	    {"transports", BS_EXIM_TRANSPORTS},
	    {"retry", BS_EXIM_RETRY},
	};

	bs_exim_end(conf);
	conf->section = BS_EXIM_OTHER;
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (strcmp(name, sections[i].name) == 0)
			conf->section = sections[i].section;
}

static void
take_main(struct bs_exim_conf *conf, const char *text)
{
	const char *value;

	if (takes_value(text, "local_scan_path", &value)) {
		if (strcmp(value, "BACKSTOP_SO") == 0 ||
		    strcmp(value, conf->module) == 0)
			conf->has_slot = true;
		else
			snprintf(conf->other_module, sizeof(conf->other_module),
			    "%s", value);
	} else if (takes_word(text, "hostlist", &value) &&
		   takes_value(value, "relay_from_hosts", &value))
		snprintf(conf->relay_from_hosts, sizeof(conf->relay_from_hosts),
		    "%s", value);
}

/* Macros may stand in any section. */
static void
take_macro(struct bs_exim_conf *conf, const char *text)
{
	const char *value;

	if (takes_value(text, "BACKSTOP_SO", &value))
		snprintf(conf->module, sizeof(conf->module), "%s", value);
	else if (conf->rcpt_file[0] == '\0' &&
		 takes_value(text, "CHECK_RCPT_LOCAL_ACL_FILE", &value))
		snprintf(conf->rcpt_file, sizeof(conf->rcpt_file), "%s", value);
}

/* The piece "main" is known by what it includes, whether that is there or not.
 */
static bool
is_module_conf(const char *path)
{
	static const char name[] = "/backstop.conf";
	size_t len = strlen(path);

	return len >= sizeof(name) &&
	       strcmp(path + len - sizeof(name) + 1, name) == 0;
}

static void
take_router(struct bs_exim_conf *conf, const char *text)
{
	const char *rest;

	if (takes_word(text, "check_local_user", &rest))
		conf->has_local_users = true;
	if (strstr(text, "BACKSTOP_TAG") == NULL || conf->has_router)
		return;
	conf->has_router = true;
	conf->is_late = conf->has_local_users;
}

/* "2h", "1d12h": what it comes to in seconds. */
static unsigned
read_time(const char *text, size_t len)
{
	static const char units[] = "smhdw";
	static const unsigned seconds[] = {1, 60, 3600, 86400, 604800};
	unsigned total = 0;
	unsigned number = 0;

	for (size_t i = 0; i < len; i++) {
		const char *unit = strchr(units, text[i]);

		if (bs_ascii_is_digit(text[i])) {
			number = number * 10 + (unsigned)(text[i] - '0');
			if (number > 1000)
				number = 1000;
		} else if (unit != NULL && text[i] != '\0') {
			if (total < 604800u * 1000)
				total += number * seconds[unit - units];
			number = 0;
		} else if (text[i] != ' ' && text[i] != '\t')
			return 0;
	}
	return total;
}

/* *  *  F,2h,15m; G,16h,1h,1.5; F,4d,6h: each algorithm has its cutoff. */
static void
take_retry(struct bs_exim_conf *conf, const char *text)
{
	for (const char *at = text; (at = strpbrk(at, "FGH")) != NULL; at++) {
		size_t len;
		unsigned seconds;

		if ((at != text && strchr(" \t;", at[-1]) == NULL) ||
		    at[1] != ',')
			continue;
		len = strcspn(at + 2, ",;");
		seconds = read_time(at + 2, len);
		if (seconds > conf->retry_seconds)
			conf->retry_seconds = seconds;
	}
}

/* The end of a statement of an ACL: does it refuse them all? */
static void
end_acl_statement(struct bs_exim_conf *conf)
{
	if (conf->denies && conf->is_null && !conf->is_narrow &&
	    conf->refusal_count < BS_EXIM_REFUSALS)
		conf->refusals[conf->refusal_count++] = conf->statement;
	conf->denies = false;
	conf->is_null = false;
	conf->is_narrow = false;
}

/* Modifiers, and conditions that most bounces meet. */
static bool
is_wide(const char *text)
{
	static const char *const words[] = {"message", "log_message",
	    "logwrite", "log_reject_target", "set", "delay", "control",
	    "domains", "add_header", "!hosts", "!authenticated", "endpass",
	    "!acl"};
	const char *rest;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (takes_word(text, words[i], &rest))
			return true;
	return text[0] == '\0' || text[0] == '.';
}

static void
take_condition(struct bs_exim_conf *conf, const char *text)
{
	const char *value;

	if (!conf->denies)
		return;
	if (takes_value(text, "senders", &value)) {
		/* ":" and the empty list's item are the null one */
		conf->is_null = value[0] == ':' || strcmp(value, "<>") == 0;
		conf->is_narrow = conf->is_narrow || !conf->is_null;
	} else if (!is_wide(text))
		conf->is_narrow = true;
}

static void
take_acl(struct bs_exim_conf *conf, const char *text,
    struct bs_exim_place place)
{
	static const char *const verbs[] = {"accept", "defer", "deny",
	    "discard", "drop", "require", "warn"};
	const char *rest;
	size_t len = strlen(text);

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		/* "set acl_m_x" and names of ACLs begin with none of these */
		if (!takes_word(text, verbs[i], &rest) || *rest == '=')
			continue;
		end_acl_statement(conf);
		conf->denies = strcmp(verbs[i], "deny") == 0 ||
			       strcmp(verbs[i], "drop") == 0;
		conf->statement = place;
		take_condition(conf, rest);
		return;
	}
	if (len > 0 && text[len - 1] == ':' && strchr(text, ' ') == NULL)
		end_acl_statement(conf);
	else
		take_condition(conf, text);
}

static void
take(struct bs_exim_conf *conf, const char *text, struct bs_exim_place place,
    bs_exim_include *include, void *context)
{
	const char *rest;

	if (takes_word(text, ".include_if_exists", &rest) ||
	    takes_word(text, ".include", &rest)) {
		conf->has_main = conf->has_main || is_module_conf(rest);
		if (include != NULL)
			include(context, conf, rest,
			    strncmp(text, ".include_", 9) == 0);
		return;
	}
	if (takes_word(text, "begin", &rest)) {
		begin_section(conf, rest);
		return;
	}
	take_macro(conf, text);
	if (strstr(text, "local_scan_data") != NULL)
		conf->has_transport = true;
	switch (conf->section) {
	case BS_EXIM_MAIN:
		take_main(conf, text);
		break;
	case BS_EXIM_ACL:
		take_acl(conf, text, place);
		break;
	case BS_EXIM_ROUTERS:
		take_router(conf, text);
		break;
	case BS_EXIM_RETRY:
		take_retry(conf, text);
		break;
	default:
		break;
	}
}

void
bs_exim_begin(struct bs_exim_conf *conf)
{
	memset(conf, 0, sizeof(*conf));
}

void
bs_exim_end(struct bs_exim_conf *conf)
{
	end_acl_statement(conf);
}

void
bs_exim_read(struct bs_exim_conf *conf, unsigned file, const char *text,
    size_t len, bs_exim_include *include, void *context)
{
	struct reading reading = {.text = text, .len = len};
	struct statement statement = {0};

	while (next_statement(&reading, &statement))
		take(conf, statement.text,
		    (struct bs_exim_place){file, statement.line}, include,
		    context);
}
