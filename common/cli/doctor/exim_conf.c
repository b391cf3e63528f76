/* What 'backstop doctor' wants to know of Exim's configuration, from the text
 * that "exim -bP config" prints.
 *
 * In this text, included files stand in their places, .ifdef is resolved,
 * macros are expanded where they are used, lines are joined and comments are
 * gone. A line «# 227 "FILE"» says which file the next lines are from. To a
 * user whom it does not trust, Exim shows macros without their values. */
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/doctor/exim_conf.h"

/* A tag's shape, as the pieces write it. */
static const char tag_shape[] = "prvs=\\d{4}[0-9a-f]{6}";

enum section {
	SECTION_MAIN,
	SECTION_ACL,
	SECTION_ROUTERS,
	SECTION_TRANSPORTS,
	SECTION_RETRY,
	SECTION_OTHER,
};

struct reader {
	struct bs_exim_conf *conf;
	enum section section;
	const char *file; /* of this line */
	const char *acl;  /* the name of this one */
	bool has_local_users;
	unsigned router_count; /* so far */
	bool denies;	       /* within a deny or drop of an ACL ... */
	bool is_null;	       /* ... whose senders are the null one ... */
	bool is_narrow;	       /* ... with other conditions */
	const char *transport; /* the name of this one ... */
	bool is_smtp;	       /* ... which sends to other hosts ... */
	bool is_lmtp;
	bool is_signed; /* ... with the signed return path */
};

static bool
is_name(char c)
{
	return bs_ascii_is_alpha(c) || bs_ascii_is_digit(c) || c == '_' ||
	       c == '.';
}

bool
bs_exim_ends(const char *text, const char *with)
{
	size_t len = strlen(text);
	size_t end = strlen(with);

	return len >= end && strcmp(text + len - end, with) == 0;
}

/* Whether a text begins with a word; sets *rest after it and its spaces. */
static bool
takes_word(const char *text, const char *word, const char **rest)
{
	size_t len = strlen(word);

	if (strncmp(text, word, len) != 0 || is_name(text[len]))
		return false;
	*rest = text + len + strspn(text + len, " \t");
	return true;
}

/* Whether it is "name = value", or "name == value" of a macro defined anew;
 * sets *value. */
static bool
takes_value(const char *text, const char *name, const char **value)
{
	if (!takes_word(text, name, value) || **value != '=')
		return false;
	*value += strspn(*value, "= \t");
	return true;
}

static void
note_file(struct bs_exim_conf *conf, const char *name)
{
	for (size_t i = 0; i < conf->file_count; i++)
		if (strcmp(conf->files[i], name) == 0)
			return;
	if (conf->file_count < BS_EXIM_FILES)
		conf->files[conf->file_count++] = name;
}

/* # 227 "FILE" */
static void
take_position(struct reader *reader, char *text)
{
	char *name = text + 1 + strspn(text + 1, " 0123456789");
	char *end = strrchr(text, '"');

	if (*name != '"' || end == name)
		return;
	*end = '\0';
	reader->file = name + 1;
	note_file(reader->conf, reader->file);
	if (reader->conf->main_file == NULL)
		reader->conf->main_file = reader->file;
	if (reader->section == SECTION_ACL &&
	    bs_exim_ends(reader->file, "/backstop/rcpt"))
		reader->conf->has_rcpt = true;
}

/* Of "hostlist NAME = ..." and the like the value, or NULL. */
static const char *
list_of(const char *text, const char *kind, const char *name)
{
	const char *value;

	if (takes_word(text, kind, &value) && takes_value(value, name, &value))
		return value;
	return NULL;
}

static void
take_names(struct bs_exim_conf *conf, const char *text)
{
	const char *value;

	if ((value = list_of(text, "hostlist", "relay_from_hosts")) != NULL)
		conf->relay_from_hosts = value;
	if ((value = list_of(text, "domainlist", "local_domains")) != NULL)
		conf->local_domains = value;
	if ((value = list_of(text, "domainlist", "relay_to_domains")) != NULL)
		conf->relay_to_domains = value;
	if (takes_value(text, "local_interfaces", &value))
		conf->local_interfaces = value;
	if (takes_value(text, "primary_hostname", &value))
		conf->primary_hostname = value;
	if (takes_value(text, "qualify_domain", &value))
		conf->qualify_domain = value;
}

static void
take_main(struct reader *reader, const char *text)
{
	struct bs_exim_conf *conf = reader->conf;
	const char *value;

	if (takes_value(text, "local_scan_path", &value))
		conf->local_scan_path = value;
	else if (takes_value(text, "CONFDIR", &value))
		conf->folder = value;
	else if (takes_value(text, "BACKSTOP_SO", &value))
		conf->has_module = true;
	else if (takes_value(text, "BACKSTOP_TAG", &value))
		conf->has_main = true;
	else
		take_names(conf, text);
}

/* The end of a statement of an ACL: does it refuse all bounces? */
static void
end_statement(struct reader *reader)
{
	struct bs_exim_conf *conf = reader->conf;

	if (reader->denies && reader->is_null && !reader->is_narrow &&
	    conf->refusal_count < BS_EXIM_REFUSALS)
		conf->refusals[conf->refusal_count++] =
		    (struct bs_exim_refusal){reader->acl, reader->file};
	reader->denies = false;
	reader->is_null = false;
	reader->is_narrow = false;
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
	return text[0] == '\0';
}

static void
take_condition(struct reader *reader, const char *text)
{
	const char *value;

	if (!reader->denies)
		return;
	if (takes_value(text, "senders", &value)) {
		/* ":" is a list whose one item is empty: the null sender */
		reader->is_null = value[0] == ':' || strcmp(value, "<>") == 0;
		reader->is_narrow = reader->is_narrow || !reader->is_null;
	} else if (!is_wide(text))
		reader->is_narrow = true;
}

static void
take_acl(struct reader *reader, const char *text)
{
	static const char *const verbs[] = {"accept", "defer", "deny",
	    "discard", "drop", "require", "warn"};
	const char *rest;

	/* where the piece was copied instead of included */
	if (strstr(text, "acl_m_backstop") != NULL)
		reader->conf->has_rcpt = true;
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		/* "set acl_m_x" and names of ACLs begin with none of these */
		if (!takes_word(text, verbs[i], &rest) || *rest == '=')
			continue;
		end_statement(reader);
		reader->denies = strcmp(verbs[i], "deny") == 0 ||
				 strcmp(verbs[i], "drop") == 0;
		take_condition(reader, rest);
		return;
	}
	take_condition(reader, text);
}

/* The router that is first of all: another before it would decide alone. */
static void
take_nodsn(struct reader *reader, const char *text)
{
	struct bs_exim_conf *conf = reader->conf;
	const char *rest;

	if (takes_value(text, "driver", &rest))
		reader->router_count++;
	if (conf->has_nodsn || !takes_value(text, "condition", &rest) ||
	    strstr(rest, "{$local_scan_data}{nodsn}") == NULL)
		return;
	conf->has_nodsn = true;
	conf->is_nodsn_late = reader->router_count > 1;
}

static void
take_router(struct reader *reader, const char *text)
{
	struct bs_exim_conf *conf = reader->conf;
	const char *rest;

	take_nodsn(reader, text);
	if (takes_value(text, "driver", &rest) &&
	    strcmp(rest, "dnslookup") == 0)
		conf->has_dnslookup = true;
	if (takes_value(text, "transport", &rest) &&
	    conf->router_count < BS_EXIM_ROUTERS)
		conf->routers[conf->router_count++] = rest;
	if (takes_word(text, "check_local_user", &rest))
		reader->has_local_users = true;
	if (reader->conf->has_router || !takes_value(text, "data", &rest) ||
	    strstr(rest, tag_shape) == NULL)
		return;
	reader->conf->has_router = true;
	reader->conf->is_late = reader->has_local_users;
}

/* The end of a transport: does what it sends leave unsigned? */
static void
end_transport(struct reader *reader)
{
	struct bs_exim_conf *conf = reader->conf;

	if (reader->is_smtp && !reader->is_lmtp && !reader->is_signed &&
	    reader->transport != NULL && conf->bare_count < BS_EXIM_TRANSPORTS)
		conf->bare[conf->bare_count++] = reader->transport;
	reader->transport = NULL;
	reader->is_smtp = false;
	reader->is_lmtp = false;
	reader->is_signed = false;
}

static void
take_transport(struct reader *reader, const char *text)
{
	const char *value;

	if (takes_value(text, "driver", &value))
		reader->is_smtp = strcmp(value, "smtp") == 0;
	else if (takes_value(text, "protocol", &value))
		reader->is_lmtp = strcmp(value, "lmtp") == 0;
	else if (takes_value(text, "return_path", &value) &&
		 strstr(value, "$local_scan_data") != NULL) {
		reader->is_signed = true;
		reader->conf->has_transport = true;
	}
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
take_retry(struct reader *reader, const char *text)
{
	for (const char *at = text; (at = strpbrk(at, "FGH")) != NULL; at++) {
		size_t len;
		unsigned seconds;

		if ((at != text && strchr(" \t;", at[-1]) == NULL) ||
		    at[1] != ',')
			continue;
		len = strcspn(at + 2, ",;");
		seconds = read_time(at + 2, len);
		if (seconds > reader->conf->retry_seconds)
			reader->conf->retry_seconds = seconds;
	}
}

static void
begin_section(struct reader *reader, const char *name)
{
	static const struct {
		const char *name;
		enum section section;
	} sections[] = {
	    {"acl", SECTION_ACL},
	    {"routers", SECTION_ROUTERS},
	    {"transports", SECTION_TRANSPORTS},
	    {"retry", SECTION_RETRY},
	};

	end_statement(reader);
	end_transport(reader);
	reader->section = SECTION_OTHER;
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		if (strcmp(name, sections[i].name) == 0)
			reader->section = sections[i].section;
}

/* "acl_check_rcpt:", "remote_smtp:": the name of what follows, cut free of its
 * colon. Returns whether it is one. */
static bool
takes_title(struct reader *reader, char *text)
{
	size_t len = strlen(text);

	if (len < 2 || text[len - 1] != ':' || strpbrk(text, " =") != NULL)
		return false;
	text[len - 1] = '\0';
	if (reader->section == SECTION_ACL) {
		end_statement(reader);
		reader->acl = text;
	} else {
		end_transport(reader);
		reader->transport = text;
	}
	return true;
}

static void
take_line(struct reader *reader, char *text)
{
	const char *rest;

	if (text[0] == '#') {
		take_position(reader, text);
		return;
	}
	if (takes_word(text, "begin", &rest)) {
		begin_section(reader, rest);
		return;
	}
	if ((reader->section == SECTION_ACL ||
		reader->section == SECTION_TRANSPORTS) &&
	    takes_title(reader, text))
		return;
	switch (reader->section) {
	case SECTION_MAIN:
		take_main(reader, text);
		break;
	case SECTION_ACL:
		take_acl(reader, text);
		break;
	case SECTION_ROUTERS:
		take_router(reader, text);
		break;
	case SECTION_TRANSPORTS:
		take_transport(reader, text);
		break;
	case SECTION_RETRY:
		take_retry(reader, text);
		break;
	case SECTION_OTHER:
		break;
	}
}

/* Cuts the line off at its end, without spaces around it. */
static char *
trim(char *line, size_t len)
{
	while (len > 0 && line[len - 1] != '\0' &&
	       strchr(" \t\r", line[len - 1]) != NULL)
		len--;
	line[len] = '\0';
	return line + strspn(line, " \t");
}

void
bs_exim_conf_read(struct bs_exim_conf *conf, char *text, size_t len)
{
	struct reader reader = {.conf = conf};
	char *end = text + len;

	memset(conf, 0, sizeof(*conf));
	while (text < end) {
		char *stop = memchr(text, '\n', (size_t)(end - text));

		if (stop == NULL)
			stop = end;
		take_line(&reader, trim(text, (size_t)(stop - text)));
		text = stop + 1;
	}
	end_statement(&reader);
	end_transport(&reader);
}

bool
bs_exim_uses(const struct bs_exim_conf *conf, const char *transport)
{
	for (size_t i = 0; i < conf->router_count; i++) {
		const char *used = conf->routers[i];

		if (strcmp(used, transport) == 0 ||
		    (strchr(used, '$') != NULL &&
			strstr(used, transport) != NULL))
			return true;
	}
	return false;
}

static const char *
skip_spaces(const char *text)
{
	return text + strspn(text, " \t");
}

/* "<; " at the start names the separator. */
static char
find_separator(const char **list)
{
	const char *at = skip_spaces(*list);

	if (at[0] == '<' && at[1] != '\0' && strchr(";,/|:", at[1]) != NULL) {
		*list = at + 2;
		return at[1];
	}
	return strchr(at, ';') != NULL ? ';' : ':';
}

bool
bs_exim_host_next(const char **list, char *separator, char *out, size_t size)
{
	size_t len = 0;
	const char *at;

	if (*separator == '\0')
		*separator = find_separator(list);
	at = skip_spaces(*list);
	while (*at == *separator && at[1] != *separator)
		at = skip_spaces(at + 1);
	*list = at;
	if (*at == '\0')
		return false;
	for (; *at != '\0'; at++) {
		if (*at == *separator && at[1] == *separator)
			at++; /* doubled, it is itself */
		else if (*at == *separator)
			break;
		if (len + 1 < size)
			out[len++] = *at;
	}
	while (len > 0 && (out[len - 1] == ' ' || out[len - 1] == '\t'))
		len--;
	out[len] = '\0';
	*list = at;
	return true;
}
