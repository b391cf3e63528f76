/* The kinds of values that keys of backstop.conf take, and their mistakes. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/idn.h"
#include "common/config/domain.h"
#include "common/config/values.h"
#include "common/base/ascii.h"

static void
report_at(struct bs_config_reader *reader, bool is_warning, const char *format,
    va_list args)
{
	struct bs_fault fault = {.line = reader->line};

	vsnprintf(fault.text, sizeof(fault.text), format, args);
	reader->report(reader->context, &fault, is_warning);
}

void
bs_config_fault(struct bs_config_reader *reader, const char *format, ...)
{
	va_list args;

	reader->bad = true;
	va_start(args, format);
	report_at(reader, false, format, args);
	va_end(args);
}

void
bs_config_warn(struct bs_config_reader *reader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_at(reader, true, format, args);
	va_end(args);
}

void
bs_value_word(struct bs_config_reader *reader, struct bs_words *words,
    const char *word)
{
	if (bs_words_add(words, word) != 0)
		reader->error = -ENOMEM;
}

void
bs_value_string(struct bs_config_reader *reader, char **string,
    const char *value)
{
	free(*string);
	if ((*string = strdup(value)) == NULL)
		reader->error = -ENOMEM;
}

void
bs_value_lower(char *text)
{
	for (; *text != '\0'; text++)
		*text = bs_ascii_lower(*text);
}

void
bs_value_switch(struct bs_config_reader *reader, const char *key, bool *out,
    const char *value, const char *on, const char *off)
{
	if (strcmp(value, on) == 0)
		*out = true;
	else if (strcmp(value, off) == 0)
		*out = false;
	else
		bs_config_fault(reader, "%s = %.60s: must be %s or %s", key,
		    value, off, on);
}

void
bs_value_flag(struct bs_config_reader *reader, const char *key,
    const char *value, bool *out)
{
	if (strcmp(value, "on") == 0)
		value = "yes";
	else if (strcmp(value, "off") == 0)
		value = "no";
	bs_value_switch(reader, key, out, value, "yes", "no");
}

void
bs_value_block(struct bs_config_reader *reader, const char *key,
    struct bs_netblock **blocks, size_t *count, const char *word)
{
	struct bs_netblock block;
	struct bs_netblock *grown;

	if (bs_netblock_parse(word, &block) != 0) {
		bs_config_fault(reader,
		    "%s: '%.60s' is not a network (as 192.0.2.0/24, 2001:db8::/32 "
		    "or one address; no bits set behind the prefix)",
		    key, word);
		return;
	}
	grown = reallocarray(*blocks, *count + 1, sizeof(*grown));
	if (grown == NULL) {
		reader->error = -ENOMEM;
		return;
	}
	grown[*count] = block;
	*blocks = grown;
	(*count)++;
}

void
bs_value_number(struct bs_config_reader *reader, const char *key,
    const char *value, unsigned min, unsigned max, unsigned *out)
{
	size_t len = strlen(value);
	size_t digits = strspn(value, "0123456789");
	unsigned number = 0;

	if (digits != len || len == 0 || (len > 1 && value[0] == '0')) {
		bs_config_fault(reader,
		    "%s = %.60s: must be a decimal number, without sign or "
		    "leading zero",
		    key, value);
		return;
	}
	/* seven digits say enough of a number that is too large */
	for (size_t i = 0; i < len && i < 7; i++)
		number = number * 10 + (unsigned)(value[i] - '0');
	if (number < min || number > max)
		bs_config_fault(reader, "%s = %.60s: must be %u to %u", key,
		    value, min, max);
	else
		*out = number;
}

const char *
bs_value_name(const char *word, char out[static BS_HOST_MAX])
{
	const char *why;

	if (!bs_idn_is_ascii(word)) {
		if (bs_idn_domain(word, out) != 0)
			return "it cannot be written in ASCII (xn--...)";
	} else if (strlen(word) < BS_HOST_MAX) {
		snprintf(out, BS_HOST_MAX, "%s", word);
	} else {
		return "it has more than 253 octets";
	}
	if ((why = bs_config_domain_fault(out)) == NULL)
		bs_value_lower(out);
	return why;
}

void
bs_value_domain(struct bs_config_reader *reader, struct bs_words *words,
    const char *word)
{
	char name[BS_HOST_MAX];
	const char *why = bs_value_name(word, name);

	if (why != NULL) {
		bs_config_fault(reader, "'%.80s' is not a domain name: %s",
		    word, why);
		return;
	}
	if (bs_words_have(words, name))
		bs_config_fault(reader, "domain %.80s is listed twice", name);
	else
		bs_value_word(reader, words, name);
}
