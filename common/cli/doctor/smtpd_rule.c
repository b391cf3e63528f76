/* smtpd.conf(5): "match", "action" and "table", as far as one can see from the
 * configuration what becomes of a mail. */
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/doctor/smtpd_rule.h"

static void
copy(char *out, size_t size, const char *text)
{
	snprintf(out, size, "%s", text);
}

static size_t
new_set(struct bs_smtpd_rules *rules, const char *table)
{
	struct bs_smtpd_set *set;

	if (rules->set_count == BS_SMTPD_SETS) {
		rules->is_cut = true;
		return BS_SMTPD_NO_SET;
	}
	set = &rules->sets[rules->set_count];
	memset(set, 0, sizeof(*set));
	copy(set->table, sizeof(set->table), table);
	return rules->set_count++;
}

static void
add_name(struct bs_smtpd_rules *rules, size_t set, const char *name, size_t len)
{
	if (set == BS_SMTPD_NO_SET)
		return;
	if (rules->name_count == BS_SMTPD_SET_NAMES ||
	    len >= sizeof(rules->octets) - rules->used) {
		rules->sets[set].is_unknown = true;
		return;
	}
	rules->names[rules->name_count].set = set;
	rules->names[rules->name_count++].at = rules->used;
	memcpy(rules->octets + rules->used, name, len);
	rules->octets[rules->used + len] = '\0';
	rules->used += len + 1;
}

static size_t
find_table(const struct bs_smtpd_rules *rules, const char *name)
{
	for (size_t i = rules->set_count; i-- > 0;)
		if (rules->sets[i].table[0] != '\0' &&
		    strcmp(rules->sets[i].table, name) == 0)
			return i;
	return BS_SMTPD_NO_SET;
}

static bool
is_text(const struct bs_smtpd_line *line, size_t at)
{
	return line->kinds[at] == BS_SMTPD_WORD ||
	       line->kinds[at] == BS_SMTPD_QUOTED;
}

/* Words in braces; of "key = value" the key. Returns the place behind. */
static size_t
take_braces(struct bs_smtpd_rules *rules, const struct bs_smtpd_line *line,
    size_t at, size_t set)
{
	bool is_value = false;

	for (at++; at < line->count && line->kinds[at] != '}'; at++) {
		if (is_text(line, at) && !is_value)
			add_name(rules, set, line->words[at],
			    strlen(line->words[at]));
		is_value = line->kinds[at] == '=';
	}
	return at + 1;
}

/* A condition's value: a word, <table> or a list. Returns its set. */
static size_t
take_value(struct bs_smtpd_rules *rules, const struct bs_smtpd_line *line,
    size_t *at)
{
	bool is_regex = bs_smtpd_line_is(line, *at, "regex");
	size_t set = BS_SMTPD_NO_SET;

	*at += is_regex;
	if (*at >= line->count)
		return set;
	if (line->kinds[*at] == '<') {
		if (*at + 1 < line->count)
			set = find_table(rules, line->words[*at + 1]);
		*at += 3;
		if (set == BS_SMTPD_NO_SET &&
		    (set = new_set(rules, "")) != BS_SMTPD_NO_SET)
			rules->sets[set].is_unknown = true;
	} else if ((set = new_set(rules, "")), line->kinds[*at] == '{')
		*at = take_braces(rules, line, *at, set);
	else {
		add_name(rules, set, line->words[*at],
		    strlen(line->words[*at]));
		(*at)++;
	}
	if (is_regex && set != BS_SMTPD_NO_SET)
		rules->sets[set].is_unknown = true;
	return set;
}

static bool
is_among(const struct bs_smtpd_line *line, size_t at, const char *const *words,
    size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (bs_smtpd_line_is(line, at, words[i]))
			return true;
	return false;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Whether a value stands there that may be left out. */
static bool
has_value(const struct bs_smtpd_line *line, size_t at)
{
	static const char *const next[] = {"for", "from", "tag", "auth", "helo",
	    "mail-from", "rcpt-to", "tls", "action", "reject"};

	return at < line->count && line->kinds[at] != '!' &&
	       !is_among(line, at, next, COUNT(next));
}

/* Behind "from". */
static size_t
take_from(struct bs_smtpd_rules *rules, const struct bs_smtpd_line *line,
    size_t at, struct bs_smtpd_rule *rule)
{
	size_t value = at + 1;

	if (bs_smtpd_line_is(line, at, "local"))
		rule->from = BS_SMTPD_FROM_LOCAL;
	else if (bs_smtpd_line_is(line, at, "any"))
		rule->from = BS_SMTPD_FROM_ANY;
	else if (bs_smtpd_line_is(line, at, "socket"))
		rule->from = BS_SMTPD_FROM_SOCKET;
	else if (bs_smtpd_line_is(line, at, "auth")) {
		rule->from = BS_SMTPD_FROM_AUTH;
		if (has_value(line, value)) {
			rule->is_narrow = true;
			(void)take_value(rules, line, &value);
		}
	} else {
		rule->from = BS_SMTPD_FROM_SOME;
		(void)take_value(rules, line, &value);
	}
	return value;
}

/* Behind "for". */
static size_t
take_to(struct bs_smtpd_rules *rules, const struct bs_smtpd_line *line,
    size_t at, struct bs_smtpd_rule *rule)
{
	size_t value = at + 1;

	if (bs_smtpd_line_is(line, at, "local"))
		rule->to = BS_SMTPD_TO_LOCAL;
	else if (bs_smtpd_line_is(line, at, "any"))
		rule->to = BS_SMTPD_TO_ANY;
	else if (bs_smtpd_line_is(line, at, "domain")) {
		rule->to = BS_SMTPD_TO_DOMAIN;
		rule->domains = take_value(rules, line, &value);
	} else {
		rule->to = BS_SMTPD_TO_SOME;
		(void)take_value(rules, line, &value);
	}
	return value;
}

/* One condition of a rule, or its end. Returns the place behind it. */
static size_t
take_condition(struct bs_smtpd_rules *rules, const struct bs_smtpd_line *line,
    size_t at, struct bs_smtpd_rule *rule)
{
	static const char *const others[] = {"helo", "mail-from", "rcpt-to"};
	bool is_negated = line->kinds[at] == '!';
	size_t value = at + 1 + is_negated;

	at += is_negated;
	if (bs_smtpd_line_is(line, at, "from")) {
		rule->is_from_negated = is_negated;
		return take_from(rules, line, value, rule);
	}
	if (bs_smtpd_line_is(line, at, "for")) {
		rule->is_to_negated = is_negated;
		return take_to(rules, line, value, rule);
	}
	if (bs_smtpd_line_is(line, at, "tag")) {
		rule->is_tag_negated = is_negated;
		rule->tags = take_value(rules, line, &value);
	} else if (bs_smtpd_line_is(line, at, "auth")) {
		rule->auth = is_negated ? BS_SMTPD_NO : BS_SMTPD_YES;
		if (has_value(line, value)) {
			rule->is_narrow = true;
			(void)take_value(rules, line, &value);
		}
	} else if (bs_smtpd_line_is(line, at, "tls"))
		rule->is_narrow = true;
	else if (is_among(line, at, others, COUNT(others))) {
		rule->is_narrow = true;
		(void)take_value(rules, line, &value);
	} else if (bs_smtpd_line_is(line, at, "reject"))
		rule->rejects = true;
	else if (bs_smtpd_line_is(line, at, "action") && value < line->count)
		copy(rule->action, sizeof(rule->action), line->words[value++]);
	return value;
}

static void
take_rule(struct bs_smtpd_rules *rules, const struct bs_smtpd_line *line,
    struct bs_smtpd_place place)
{
	struct bs_smtpd_rule *rule;
	size_t at = 1;

	if (rules->rule_count == BS_SMTPD_RULES || line->is_cut) {
		rules->is_cut = true;
		return;
	}
	rule = &rules->rules[rules->rule_count++];
	*rule = (struct bs_smtpd_rule){.place = place,
	    .auth = BS_SMTPD_MAYBE,
	    .domains = BS_SMTPD_NO_SET,
	    .tags = BS_SMTPD_NO_SET};
	while (at < line->count)
		at = take_condition(rules, line, at, rule);
}

static void
take_action(struct bs_smtpd_rules *rules, const struct bs_smtpd_line *line,
    struct bs_smtpd_place place)
{
	struct bs_smtpd_action *action;

	if (line->count < 3)
		return;
	if (rules->action_count == BS_SMTPD_ACTIONS || line->is_cut) {
		rules->is_cut = true;
		return;
	}
	action = &rules->actions[rules->action_count++];
	memset(action, 0, sizeof(*action));
	action->place = place;
	copy(action->name, sizeof(action->name), line->words[1]);
	action->relays = bs_smtpd_line_is(line, 2, "relay");
	for (size_t at = 3; action->relays && at + 1 < line->count; at++) {
		bool is_table = line->kinds[at + 1] == '<';

		if (bs_smtpd_line_is(line, at, "domain"))
			action->has_map = true;
		else if (bs_smtpd_line_is(line, at, "host")) {
			action->has_map = action->has_map || is_table;
			copy(action->host, sizeof(action->host),
			    line->words[++at]);
		} else if (bs_smtpd_line_is(line, at, "mail-from"))
			copy(action->mail_from, sizeof(action->mail_from),
			    line->words[++at]);
	}
}

/* table NAME { ... }, table NAME file:/PATH, table NAME /PATH */
static void
take_table(struct bs_smtpd_rules *rules, const struct bs_smtpd_line *line)
{
	const char *source;
	size_t set;

	if (line->count < 3 ||
	    (set = new_set(rules, line->words[1])) == BS_SMTPD_NO_SET)
		return;
	source = line->words[2];
	if (line->is_cut)
		rules->sets[set].is_unknown = true;
	if (line->kinds[2] == '{') {
		(void)take_braces(rules, line, 2, set);
		return;
	}
	if (strncmp(source, "file:", 5) == 0)
		source += 5;
	/* until it is read */
	rules->sets[set].is_unknown = true;
	if (source[0] == '/')
		copy(rules->sets[set].file, sizeof(rules->sets[set].file),
		    source);
}

void
bs_smtpd_rules_take(struct bs_smtpd_rules *rules,
    const struct bs_smtpd_line *line, struct bs_smtpd_place place)
{
	if (bs_smtpd_line_is(line, 0, "match"))
		take_rule(rules, line, place);
	else if (bs_smtpd_line_is(line, 0, "action"))
		take_action(rules, line, place);
	else if (bs_smtpd_line_is(line, 0, "table"))
		take_table(rules, line);
}

void
bs_smtpd_rules_take_file(struct bs_smtpd_rules *rules, size_t set,
    const char *text, size_t len)
{
	const char *end = text + len;

	rules->sets[set].is_unknown = false;
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		const char *word;

		if (stop == NULL)
			stop = end;
		while (text < stop && (*text == ' ' || *text == '\t'))
			text++;
		for (word = text; word<stop && * word> ' ' && *word != ':';)
			word++;
		if (word > text && *text != '#')
			add_name(rules, set, text, (size_t)(word - text));
		text = stop + 1;
	}
}

const char *
bs_smtpd_set_next(const struct bs_smtpd_rules *rules, size_t set, size_t *at)
{
	while (*at < rules->name_count) {
		size_t i = (*at)++;

		if (rules->names[i].set == set)
			return rules->octets + rules->names[i].at;
	}
	return NULL;
}

/* Whether a name fits a pattern in which '*' stands for anything. */
static bool
fits(const char *pattern, const char *name)
{
	const char *star = NULL;
	const char *from = NULL;

	while (*name != '\0') {
		if (*pattern == '*') {
			star = pattern++;
			from = name;
		} else if (bs_ascii_lower(*pattern) == bs_ascii_lower(*name)) {
			pattern++;
			name++;
		} else if (star != NULL) {
			pattern = star + 1;
			name = ++from;
		} else
			return false;
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

enum bs_smtpd_answer
bs_smtpd_set_has(const struct bs_smtpd_rules *rules, size_t set,
    const char *name)
{
	const char *pattern;
	size_t at = 0;

	if (set == BS_SMTPD_NO_SET)
		return BS_SMTPD_MAYBE;
	while ((pattern = bs_smtpd_set_next(rules, set, &at)) != NULL)
		if (fits(pattern, name))
			return BS_SMTPD_YES;
	return rules->sets[set].is_unknown ? BS_SMTPD_MAYBE : BS_SMTPD_NO;
}

const struct bs_smtpd_action *
bs_smtpd_rules_action(const struct bs_smtpd_rules *rules, const char *name)
{
	for (size_t i = 0; i < rules->action_count; i++)
		if (strcmp(rules->actions[i].name, name) == 0)
			return &rules->actions[i];
	return NULL;
}
