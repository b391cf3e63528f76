/* backstop.conf from its text: lines and sections, for and from inih.
 *
 * inih splits names from values. What it would do without a word is done
 * here, where the line is known: it cuts section names at 50 octets, takes
 * sections and keys twice, ':' for '=', and lines that begin with a space as
 * more of the key above; it knows comments after a value by ';' alone. */
#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/config/config.h"
#include "common/config/keys.h"
#include "common/base/ascii.h"

/* What fits the line of an inih as its author builds it, its newline and NUL
 * left out. One built with longer lines makes no other files good. */
#define LINE_OCTETS 198

/* Room for "[domain NAME]", a comment and some: longer than inih's lines, as
 * it never sees the name. */
#define LINE_MAX_OCTETS 512

/* Room for the names of all keys, a space before each. */
#define KEYS_TEXT_MAX 132

#define KEY_CHARS                                                              \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

enum section {
	SECTION_HOST,	/* before the first header */
	SECTION_DOMAIN, /* [domain NAME], or one that is no domain of ours */
	SECTION_SPF,
	SECTION_DNS,
	SECTION_WRONG,
};

/* What a line that begins with a space has above it. */
enum above {
	ABOVE_NOTHING, /* the start of a section: it is a key itself */
	ABOVE_KEY,     /* it is more of that key's list */
	ABOVE_FAULT,   /* a line that was reported: it is skipped */
};

struct parser {
	struct bs_config_reader reader;
	const char *text;
	size_t len;
	size_t at;

	enum section section;
	struct bs_words sections; /* names met */
	struct bs_domain scratch; /* takes the keys of SECTION_DOMAIN that
				   * belong to no domain of ours */
	unsigned keys_met;	  /* bits, in this section */

	enum above above;
	bool continued; /* the line that inih has is more of current */
	const struct bs_config_key *current; /* NULL: its lines are skipped */
};

/* Cuts a comment: '#' or ';' at the start or behind a space. Then the space
 * at the end. */
static void
trim(char *line)
{
	size_t len = strlen(line);

	for (size_t i = 0; i < len; i++)
		if ((line[i] == '#' || line[i] == ';') &&
		    (i == 0 || line[i - 1] == ' ' || line[i - 1] == '\t'))
			len = i;
	while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t'))
		len--;
	line[len] = '\0';
}

static bool
has_control(const char *line, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (((unsigned char)line[i] < 0x20 && line[i] != '\t') ||
		    line[i] == 0x7f)
			return true;
	return false;
}

/* Reports what is wrong with a line as it stands. */
static bool
is_sound_line(struct bs_config_reader *reader, const char *line, size_t len,
    size_t max)
{
	if (len > 0 && line[0] == '[')
		max = LINE_MAX_OCTETS - 1;
	if (memchr(line, '\0', len) != NULL)
		bs_config_fault(reader, "the line holds a NUL");
	else if (has_control(line, len))
		bs_config_fault(reader, "the line holds a control character");
	else if (len > max)
		bs_config_fault(reader,
		    "the line has %zu octets, at most %zu (a list may go on "
		    "in the next line, after a space)",
		    len, max);
	else
		return true;
	return false;
}

/* Copies the next line, trimmed; a faulty one is left empty. Returns false at
 * the end of the text. */
static bool
next_line(struct parser *parser, char line[static LINE_MAX_OCTETS], size_t max)
{
	const char *from = parser->text + parser->at;
	size_t rest = parser->len - parser->at;
	const char *end;
	size_t len;

	if (rest == 0)
		return false;
	end = memchr(from, '\n', rest);
	len = end == NULL ? rest : (size_t)(end - from);
	parser->at += end == NULL ? len : len + 1;
	parser->reader.line++;
	if (len > 0 && from[len - 1] == '\r')
		len--;
	if (is_sound_line(&parser->reader, from, len, max)) {
		memcpy(line, from, len);
		line[len] = '\0';
		trim(line);
		return true;
	}
	line[0] = '\0';
	if (from[0] != ' ' && from[0] != '\t')
		parser->above = ABOVE_FAULT;
	return true;
}

static struct bs_domain *
find_domain(struct parser *parser, const char *name)
{
	const struct bs_config *config = parser->reader.config;

	for (size_t i = 0; i < config->domain_count; i++)
		if (strcmp(config->domains[i].name, name) == 0)
			return &config->domains[i];
	return NULL;
}

static int
by_name(const void *a, const void *b)
{
	const struct bs_domain *left = a;
	const struct bs_domain *right = b;

	return strcmp(left->name, right->name);
}

static int
copy_domain(struct bs_domain *out, const struct bs_domain *defaults,
    const char *name)
{
	int rc = 0;

	*out = *defaults;
	out->exempt = (struct bs_words){0};
	if ((out->name = strdup(name)) == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < defaults->exempt.count && rc == 0; i++)
		rc = bs_words_add(&out->exempt, defaults->exempt.words[i]);
	return rc;
}

/* The keys of the host are read: gives each domain its settings. */
static void
make_domains(struct parser *parser)
{
	struct bs_config_reader *reader = &parser->reader;
	struct bs_config *config = reader->config;
	size_t count = reader->domains.count;
	int rc = 0;

	parser->section = SECTION_WRONG;
	if (count == 0)
		return;
	config->domains = calloc(count, sizeof(*config->domains));
	if (config->domains == NULL)
		rc = -ENOMEM;
	for (size_t i = 0; i < count && rc == 0; i++) {
		rc = copy_domain(&config->domains[i], &reader->defaults,
		    reader->domains.words[i]);
		config->domain_count = i + 1;
	}
	if (rc != 0)
		reader->error = rc;
	else
		qsort(config->domains, count, sizeof(*config->domains),
		    by_name);
}

/* [domain NAME]: its keys go to the domain, or where they do no harm. */
static void
begin_domain(struct parser *parser, const char *name)
{
	struct bs_config_reader *reader = &parser->reader;
	struct bs_domain *found = find_domain(parser, name);
	const char *why = bs_config_domain_fault(name);

	parser->section = SECTION_DOMAIN;
	reader->target = found != NULL ? found : &parser->scratch;
	if (why != NULL)
		bs_config_fault(reader, "'%.80s' is no domain name: %s", name,
		    why);
	else if (found == NULL)
		bs_config_fault(reader, "%.100s is not among 'domains'", name);
}

/* Cuts "[NAME]" out of its line. Returns NULL after the report. */
static char *
section_name(struct bs_config_reader *reader, char *line)
{
	char *name = strchr(line, '[') + 1;
	char *end = strchr(name, ']');

	if (end == NULL) {
		bs_config_fault(reader, "']' is missing");
		return NULL;
	}
	if (end[1] != '\0') {
		bs_config_fault(reader, "'%.60s' stands behind ']'", end + 1);
		return NULL;
	}
	*end = '\0';
	for (char *p = name; *p != '\0'; p++)
		*p = bs_ascii_lower(*p);
	return name;
}

static void
begin_section(struct parser *parser, char *line)
{
	static const char domain[] = "domain ";
	struct bs_config_reader *reader = &parser->reader;
	char *name;

	if (parser->section == SECTION_HOST)
		make_domains(parser);
	parser->section = SECTION_WRONG;
	parser->above = ABOVE_NOTHING;
	parser->keys_met = 0;
	if ((name = section_name(reader, line)) == NULL)
		return;
	if (strncmp(name, domain, sizeof(domain) - 1) == 0)
		begin_domain(parser, name + sizeof(domain) - 1);
	else if (strcmp(name, "spf") == 0)
		parser->section = SECTION_SPF;
	else if (strcmp(name, "dns") == 0)
		parser->section = SECTION_DNS;
	else {
		bs_config_fault(reader,
		    "unknown section [%.60s]; known: [domain NAME], [spf], "
		    "[dns]",
		    name);
		return;
	}
	if (bs_words_have(&parser->sections, name)) {
		bs_config_fault(reader, "section [%.100s] is there twice",
		    name);
		reader->target = &parser->scratch;
	}
	if (bs_words_add(&parser->sections, name) != 0)
		reader->error = -ENOMEM;
}

/* Whether a line is "key = value" in a way that inih reads as we do. */
static bool
is_key_line(struct bs_config_reader *reader, const char *line)
{
	const char *name = line + strspn(line, " \t");
	size_t len = strspn(name, KEY_CHARS);
	const char *equals = name + len + strspn(name + len, " \t");

	if (len > 0 && *equals == '=')
		return true;
	if (strchr(line, '=') == NULL)
		bs_config_fault(reader, "'=' is missing: '%.100s'", name);
	else
		bs_config_fault(reader, "no key stands before '=': '%.100s'",
		    name);
	return false;
}

/* inih's reader: leaves in str what it shall see of the next line. */
static char *
read_line(char *str, int num, void *stream)
{
	struct parser *parser = stream;
	char line[LINE_MAX_OCTETS] = "";
	const char *begin;
	size_t size = (size_t)num;

	str[0] = '\0';
	if (parser->reader.error != 0 ||
	    !next_line(parser, line,
		size < LINE_OCTETS + 2 ? size - 2 : LINE_OCTETS))
		return NULL;
	begin = line + strspn(line, " \t");
	parser->continued = begin != line && parser->above == ABOVE_KEY;
	if (*begin == '\0')
		return str;
	if (*begin == '[') {
		begin_section(parser, line);
		snprintf(str, size, "[section]");
	} else if (parser->continued) {
		snprintf(str, size, " %s", begin);
	} else if (begin != line && parser->above == ABOVE_FAULT) {
		return str;
	} else if (is_key_line(&parser->reader, begin)) {
		parser->above = ABOVE_KEY;
		snprintf(str, size, "%s", begin);
	} else {
		parser->above = ABOVE_FAULT;
	}
	return str;
}

/* The keys that may stand in a section. */
struct table {
	const struct bs_config_key *keys;
	size_t count;
	enum bs_config_scope scope;
	const char *where;
};

static struct table
table_of(enum section section)
{
	switch (section) {
	case SECTION_SPF:
		return (struct table){bs_config_spf_keys,
		    bs_config_spf_key_count, BS_SCOPE_SPF, " in [spf]"};
	case SECTION_DNS:
		return (struct table){bs_config_dns_keys,
		    bs_config_dns_key_count, BS_SCOPE_DNS, " in [dns]"};
	case SECTION_DOMAIN:
		return (struct table){bs_config_keys, bs_config_key_count,
		    BS_SCOPE_DOMAIN, " in [domain NAME]"};
	case SECTION_HOST:
	case SECTION_WRONG:
		break;
	}
	return (struct table){bs_config_keys, bs_config_key_count,
	    BS_SCOPE_BOTH, ""};
}

static void
report_unknown_key(struct parser *parser, const struct table *table,
    const char *name)
{
	char known[KEYS_TEXT_MAX] = "";

	for (size_t i = 0; i < table->count; i++) {
		const struct bs_config_key *key = &table->keys[i];
		size_t len = strlen(known);

		if (!(key->scope & table->scope))
			continue;
		/* " ..." has to fit, too */
		if (len + strlen(key->name) + 6 > sizeof(known)) {
			snprintf(known + len, sizeof(known) - len, " ...");
			break;
		}
		snprintf(known + len, sizeof(known) - len, " %s", key->name);
	}
	bs_config_fault(&parser->reader, "unknown key '%.40s'; known%s:%s",
	    name, table->where, known);
}

/* Finds the row of a key that may stand here. Returns NULL after the report
 * of an unknown or doubled one. */
static const struct bs_config_key *
find_key(struct parser *parser, const char *name)
{
	const struct table table = table_of(parser->section);

	for (size_t i = 0; i < table.count; i++) {
		const struct bs_config_key *key = &table.keys[i];

		if (strcmp(key->name, name) != 0 || !(key->scope & table.scope))
			continue;
		if (parser->keys_met & (1U << i)) {
			bs_config_fault(&parser->reader, "%s is there twice",
			    name);
			return NULL;
		}
		parser->keys_met |= 1U << i;
		return key;
	}
	report_unknown_key(parser, &table, name);
	return NULL;
}

/* inih's handler. It counts lines for itself, so nothing is an error to it. */
static int
take_value(void *user, const char *section, const char *name, const char *value)
{
	struct parser *parser = user;

	(void)section;
	if (parser->section == SECTION_WRONG)
		return 1;
	if (!parser->continued)
		parser->current = find_key(parser, name);
	if (parser->current != NULL)
		bs_config_set(&parser->reader, parser->current, value,
		    parser->continued);
	return 1;
}

static void
parse(struct parser *parser)
{
	struct bs_config_reader *reader = &parser->reader;
	int rc;

	reader->target = &reader->defaults;
	bs_config_set_fallbacks(reader);
	rc = ini_parse_stream(read_line, parser, take_value, parser);
	if (rc < 0)
		reader->error = -ENOMEM;
	else if (rc > 0)
		/* an inih built with other rules than those we write for */
		bs_config_fault(reader, "line %d is not understood", rc);
	if (parser->section == SECTION_HOST)
		make_domains(parser);
	if (!reader->config->spf.has_mode)
		reader->config->spf.rules.mode = reader->defaults.mode;
	reader->line = 0;
	if (!reader->bad && reader->config->domain_count == 0)
		bs_config_warn(reader,
		    "'domains' names none: nothing is signed or judged");
}

int
bs_config_parse(const char *text, size_t len, struct bs_config **out,
    bs_config_report *report, void *context)
{
	static const char bom[] = "\xef\xbb\xbf";
	struct parser parser = {
	    .reader = {.report = report, .context = context},
	    .text = text,
	    .len = len,
	};
	struct bs_config_reader *reader = &parser.reader;
	int rc;

	*out = NULL;
	if (len >= sizeof(bom) - 1 && memcmp(text, bom, sizeof(bom) - 1) == 0)
		parser.at = sizeof(bom) - 1;
	if ((reader->config = calloc(1, sizeof(*reader->config))) == NULL)
		return -ENOMEM;
	parse(&parser);
	rc = reader->error != 0 ? reader->error : reader->bad ? -EINVAL : 0;
	if (rc == 0)
		*out = reader->config;
	else
		bs_config_free(reader->config);
	bs_words_clear(&reader->domains);
	bs_words_clear(&reader->defaults.exempt);
	bs_words_clear(&parser.scratch.exempt);
	bs_words_clear(&parser.sections);
	return rc;
}
