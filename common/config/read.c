/* backstop.conf from its text: lines, sections, keys and their values.
 *
 * The text is copied once and its lines are cut in the copy, so a line may be
 * as long as the file. Every mistake is reported with its line, in one pass. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/config/read.h"
#include "common/config/keys.h"
#include "common/config/keys_spf.h"
#include "common/config/domain.h"
#include "common/config/values.h"
#include "common/base/file.h"
#include "common/base/idn.h"
#include "common/base/ascii.h"

/* A larger file is not a configuration. */
#define CONFIG_MAX_BYTES (1024 * 1024)

/* Room for the names of all keys, a space before each. */
#define KEYS_TEXT_MAX 132

/* Octets of a section's name that are looked at: more than any has. */
#define SECTION_MAX (2 * BS_HOST_MAX)

#define DOMAIN_LEN (sizeof("domain ") - 1)

#define KEY_CHARS                                                              \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"

#define BLANKS " \t"

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
	char *next; /* what is left of the text, with a NUL after it */
	size_t left;

	enum section section;
	struct bs_words sections; /* names met */
	struct bs_domain scratch; /* takes the keys of SECTION_DOMAIN that
				   * belong to no domain of ours */
	unsigned keys_met;	  /* bits, in this section */

	enum above above;
	const struct bs_config_key *current; /* NULL: its lines are skipped */
};

/* Cuts a comment: '#' or ';' at the start or after a space. Then the space
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

static const char *
line_fault(const char *line, size_t len)
{
	if (memchr(line, '\0', len) != NULL)
		return "the line holds a NUL";
	if (has_control(line, len))
		return "the line holds a control character";
	return NULL;
}

/* Cuts the next line out of the text, without its end. Returns NULL at the end
 * of the text. */
static char *
cut_line(struct parser *parser, size_t *len)
{
	char *line = parser->next;
	char *end;

	if (parser->left == 0)
		return NULL;
	parser->reader.line++;
	end = memchr(line, '\n', parser->left);
	*len = end == NULL ? parser->left : (size_t)(end - line);
	parser->next += end == NULL ? *len : *len + 1;
	parser->left -= (size_t)(parser->next - line);
	if (*len > 0 && line[*len - 1] == '\r')
		(*len)--;
	line[*len] = '\0';
	return line;
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

/* After the keys of the host: gives each domain its settings. */
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

static bool
is_domain(const char *section)
{
	return strncmp(section, "domain ", DOMAIN_LEN) == 0;
}

/* [domain NAME]: its keys go to the domain. Where it is no domain of ours they
 * are still checked, and then dropped. */
static void
begin_domain(struct parser *parser, const char *name)
{
	struct bs_config_reader *reader = &parser->reader;
	struct bs_domain *found = find_domain(parser, name);
	const char *why = bs_config_domain_fault(name);

	parser->section = SECTION_DOMAIN;
	reader->target = found != NULL ? found : &parser->scratch;
	if (why != NULL)
		bs_config_fault(reader, "'%.80s' is not a domain name: %s",
		    name, why);
	else if (found == NULL)
		bs_config_fault(reader, "%.100s is not among 'domains'", name);
}

/* Writes NAME of "[NAME]", a domain in it in ASCII. Returns false after the
 * report. */
static bool
section_name(struct bs_config_reader *reader, char *header,
    char out[static SECTION_MAX])
{
	char *name = header + 1;
	char *end = strchr(name, ']');

	if (end == NULL) {
		bs_config_fault(reader, "']' is missing");
		return false;
	}
	if (end[1] != '\0') {
		bs_config_fault(reader, "'%.60s' follows ']'", end + 1);
		return false;
	}
	*end = '\0';
	snprintf(out, SECTION_MAX, "%s", name);
	bs_value_lower(out);
	if (is_domain(out))
		bs_idn_address(out + DOMAIN_LEN, SECTION_MAX - DOMAIN_LEN);
	return true;
}

static void
begin_section(struct parser *parser, char *header)
{
	struct bs_config_reader *reader = &parser->reader;
	char name[SECTION_MAX];

	if (parser->section == SECTION_HOST)
		make_domains(parser);
	parser->section = SECTION_WRONG;
	parser->above = ABOVE_NOTHING;
	parser->keys_met = 0;
	if (!section_name(reader, header, name))
		return;
	if (is_domain(name))
		begin_domain(parser, name + DOMAIN_LEN);
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
		bs_config_fault(reader, "section [%.100s] appears twice", name);
		reader->target = &parser->scratch;
	}
	if (bs_words_add(&parser->sections, name) != 0)
		reader->error = -ENOMEM;
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
			bs_config_fault(&parser->reader, "%s appears twice",
			    name);
			return NULL;
		}
		parser->keys_met |= 1U << i;
		return key;
	}
	report_unknown_key(parser, &table, name);
	return NULL;
}

/* Cuts "key = value". Returns the value, or NULL after the report. */
static const char *
cut_key(struct bs_config_reader *reader, char *line)
{
	size_t len = strspn(line, KEY_CHARS);
	const char *equals = line + len + strspn(line + len, BLANKS);

	if (len > 0 && *equals == '=') {
		line[len] = '\0';
		return equals + 1 + strspn(equals + 1, BLANKS);
	}
	if (strchr(line, '=') == NULL)
		bs_config_fault(reader, "'=' is missing: '%.100s'", line);
	else
		bs_config_fault(reader, "there is no key before '=': '%.100s'",
		    line);
	return NULL;
}

static void
take_value(struct parser *parser, const char *value, bool continued)
{
	if (parser->section != SECTION_WRONG && parser->current != NULL)
		bs_config_set(&parser->reader, parser->current, value,
		    continued);
}

static void
take_key(struct parser *parser, char *line)
{
	const char *value = cut_key(&parser->reader, line);

	parser->above = value == NULL ? ABOVE_FAULT : ABOVE_KEY;
	if (value == NULL || parser->section == SECTION_WRONG)
		return;
	parser->current = find_key(parser, line);
	take_value(parser, value, false);
}

static void
take_line(struct parser *parser, char *line, size_t len)
{
	const char *why = line_fault(line, len);
	bool indented = len > 0 && strchr(BLANKS, line[0]) != NULL;

	if (why != NULL) {
		bs_config_fault(&parser->reader, "%s", why);
		if (!indented)
			parser->above = ABOVE_FAULT;
		return;
	}
	trim(line);
	line += strspn(line, BLANKS);
	if (*line == '\0')
		return;
	if (*line == '[')
		begin_section(parser, line);
	else if (!indented || parser->above == ABOVE_NOTHING)
		take_key(parser, line);
	else if (parser->above == ABOVE_KEY)
		take_value(parser, line, true);
}

static void
parse(struct parser *parser)
{
	struct bs_config_reader *reader = &parser->reader;
	char *line;
	size_t len;

	reader->target = &reader->defaults;
	bs_config_set_fallbacks(reader);
	while (reader->error == 0 && (line = cut_line(parser, &len)) != NULL)
		take_line(parser, line, len);
	if (parser->section == SECTION_HOST)
		make_domains(parser);
	if (!reader->config->spf.has_mode)
		reader->config->spf.rules.mode = reader->defaults.mode;
	reader->line = 0;
	if (!reader->bad && !reader->config->spf.check &&
	    reader->config->spf.rules.dsn != BS_SPF_DSN_ALL)
		bs_config_warn(reader,
		    "dsn: does nothing, as SPF is not asked (check = no)");
	if (!reader->bad && reader->config->domain_count == 0)
		bs_config_warn(reader,
		    "'domains' is empty: nothing is signed or judged");
}

/* Copies the text into parser->next, a byte order mark left out. */
static int
copy_text(struct parser *parser, const char *text, size_t len)
{
	static const char bom[] = "\xef\xbb\xbf";

	if (len >= sizeof(bom) - 1 && memcmp(text, bom, sizeof(bom) - 1) == 0) {
		text += sizeof(bom) - 1;
		len -= sizeof(bom) - 1;
	}
	if ((parser->next = malloc(len + 1)) == NULL)
		return -ENOMEM;
	memcpy(parser->next, text, len);
	parser->next[len] = '\0';
	parser->left = len;
	return 0;
}

/* FNV-1a of 64 bits: it tells one text of ours from another. */
static uint64_t
digest_of(const char *text, size_t len)
{
	uint64_t digest = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < len; i++)
		digest =
		    (digest ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return digest != 0 ? digest : 1;
}

int
bs_config_parse(const char *text, size_t len, struct bs_config **out,
    bs_config_report *report, void *context)
{
	struct parser parser = {
	    .reader = {.report = report, .context = context},
	};
	struct bs_config_reader *reader = &parser.reader;
	char *copy;
	int rc;

	*out = NULL;
	if ((rc = copy_text(&parser, text, len)) != 0)
		return rc;
	copy = parser.next;
	if ((reader->config = calloc(1, sizeof(*reader->config))) == NULL) {
		rc = -ENOMEM;
		goto out;
	}
	reader->config->digest = digest_of(text, len);
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
out:
	free(copy);
	return rc;
}

int
bs_config_load(const char *path, struct bs_config **out,
    bs_config_report *report, void *context)
{
	char *text = NULL;
	size_t len;
	int fd;
	int rc;

	*out = NULL;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return -errno;
	if ((text = malloc(CONFIG_MAX_BYTES)) == NULL) {
		rc = -ENOMEM;
		goto out;
	}
	if ((rc = bs_file_read(fd, text, CONFIG_MAX_BYTES, &len)) != 0)
		goto out;
	rc = bs_config_parse(text, len, out, report, context);
out:
	free(text);
	close(fd);
	return rc;
}
