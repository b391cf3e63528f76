/* Lists of "name=value" lines, read and written by a table of fields. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/adapter/fields.h"
#include "common/base/list.h"

/* The octet that two hexadecimal digits mean, or -1. */
static int
read_escape(const char *in)
{
	int high = bs_ascii_hex(in[0]);
	int low = bs_ascii_hex(in[1]);

	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* Undoes the percent-encoding. A NUL, a bare octet that should have been
 * encoded or half an escape is malformed. */
static int
decode_text(const char *in, size_t len, char *out, size_t size)
{
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		int octet = (unsigned char)in[i];

		if (octet < 0x21 || octet >= 0x7f)
			return -EINVAL;
		if (octet == '%') {
			if (i + 2 >= len ||
			    (octet = read_escape(in + i + 1)) < 0)
				return -EINVAL;
			i += 2;
		}
		if (octet == 0)
			return -EINVAL;
		if (at + 1 >= size)
			return -EMSGSIZE;
		out[at++] = (char)octet;
	}
	out[at] = '\0';
	return 0;
}

static int
decode_number(const char *in, size_t len, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;

	if (len == 0)
		return -EINVAL;
	for (size_t i = 0; i < len; i++) {
		uint64_t digit = (uint64_t)(in[i] - '0');

		if (!bs_ascii_is_digit(in[i]) || digit > max ||
		    value > (max - digit) / 10)
			return -EINVAL;
		value = value * 10 + digit;
	}
	*out = value;
	return 0;
}

static int
decode_word(const char *in, size_t len, const struct bs_field *field,
    unsigned *out)
{
	/* one that is empty is for what is absent */
	for (size_t i = 0; i < field->word_count && len > 0; i++)
		if (strlen(field->words[i]) == len &&
		    memcmp(field->words[i], in, len) == 0) {
			*out = (unsigned)i;
			return 0;
		}
	return -EINVAL;
}

/* An item that there is no room for is one that was not told. */
static int
decode_item(const char *in, size_t len, struct bs_list *list)
{
	char item[BS_WIRE_LINE];
	int rc = decode_text(in, len, item, sizeof(item));

	if (rc == 0 && item[0] != '\0')
		(void)!bs_list_add(list, item, strlen(item));
	return rc;
}

static int
decode_value(const struct bs_field *field, const char *in, size_t len,
    void *target)
{
	char *at = (char *)target + field->offset;
	uint64_t number = 0;
	unsigned value = 0;
	bool flag;
	int rc;

	switch (field->type) {
	case BS_FIELD_TEXT:
		return decode_text(in, len, at, field->size);
	case BS_FIELD_WORD:
		if ((rc = decode_word(in, len, field, &value)) == 0)
			memcpy(at, &value, sizeof(value));
		return rc;
	case BS_FIELD_NUMBER:
		if ((rc = decode_number(in, len, UINT32_MAX, &number)) == 0) {
			value = (unsigned)number;
			memcpy(at, &value, sizeof(value));
		}
		return rc;
	case BS_FIELD_ID:
		if ((rc = decode_number(in, len, UINT64_MAX, &number)) == 0)
			memcpy(at, &number, sizeof(number));
		return rc;
	case BS_FIELD_FLAG:
		if ((rc = decode_number(in, len, 1, &number)) == 0) {
			flag = number == 1;
			memcpy(at, &flag, sizeof(flag));
		}
		return rc;
	case BS_FIELD_LIST:
		return decode_item(in, len, (struct bs_list *)(void *)at);
	}
	return -EINVAL;
}

static bool
is_name(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!(text[i] >= 'a' && text[i] <= 'z') &&
		    !bs_ascii_is_digit(text[i]) && text[i] != '_')
			return false;
	return len > 0;
}

/* One "name=value" line. A name that is not in the table is for a later
 * version; one that comes twice and is no list is a mistake. */
static int
decode_line(const char *line, size_t len, const struct bs_field *fields,
    size_t count, bool *seen, void *target)
{
	const char *equals = memchr(line, '=', len);
	size_t name_len;

	if (equals == NULL)
		return -EINVAL;
	name_len = (size_t)(equals - line);
	if (!is_name(line, name_len))
		return -EINVAL;
	for (size_t i = 0; i < count; i++) {
		if (strlen(fields[i].name) != name_len ||
		    memcmp(fields[i].name, line, name_len) != 0)
			continue;
		if (seen[i] && fields[i].type != BS_FIELD_LIST)
			return -EINVAL;
		seen[i] = true;
		return decode_value(&fields[i], equals + 1, len - name_len - 1,
		    target);
	}
	return 0;
}

int
bs_fields_decode(const char *frame, size_t len, const struct bs_field *fields,
    size_t count, bool *seen, void *target)
{
	size_t lines = 0;
	int rc;

	if (len > BS_WIRE_MAX)
		return -EMSGSIZE;
	while (len > 0 && frame[0] != '\n') {
		const char *end = memchr(frame, '\n', len);
		size_t line_len;

		if (end == NULL)
			return -EINVAL;
		line_len = (size_t)(end - frame);
		if (line_len >= BS_WIRE_LINE || ++lines > BS_WIRE_LINES)
			return -EMSGSIZE;
		rc = decode_line(frame, line_len, fields, count, seen, target);
		if (rc != 0)
			return rc;
		frame += line_len + 1;
		len -= line_len + 1;
	}
	if (len != 1)
		return -EINVAL;
	for (size_t i = 0; i < count; i++)
		if (fields[i].required && !seen[i])
			return -EINVAL;
	return 0;
}

/* A frame being written. */
struct output {
	char *out;
	size_t size;
	size_t len;
	size_t line; /* where the current line begins */
	size_t lines;
};

static void
add_octet(struct output *output, char c)
{
	if (output->len < output->size)
		output->out[output->len] = c;
	output->len++;
}

static void
add_raw(struct output *output, const char *text)
{
	while (*text != '\0')
		add_octet(output, *text++);
}

static bool
is_plain(unsigned char c)
{
	return c >= 0x21 && c < 0x7f && c != '%';
}

size_t
bs_fields_cost(const char *text)
{
	size_t cost = 0;

	for (; *text != '\0'; text++)
		cost += is_plain((unsigned char)*text) ? 1 : 3;
	return cost;
}

static void
add_encoded(struct output *output, const char *text)
{
	static const char digits[] = "0123456789ABCDEF";

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (is_plain(c)) {
			add_octet(output, *text);
			continue;
		}
		add_octet(output, '%');
		add_octet(output, digits[c >> 4]);
		add_octet(output, digits[c & 15]);
	}
}

static uint64_t
number_of(const struct bs_field *field, const char *at)
{
	uint64_t id = 0;
	unsigned value;
	bool flag;

	switch (field->type) {
	case BS_FIELD_WORD:
	case BS_FIELD_NUMBER:
		memcpy(&value, at, sizeof(value));
		return value;
	case BS_FIELD_ID:
		memcpy(&id, at, sizeof(id));
		return id;
	case BS_FIELD_FLAG:
		memcpy(&flag, at, sizeof(flag));
		return flag;
	case BS_FIELD_TEXT:
	case BS_FIELD_LIST:
		break;
	}
	return 0;
}

static void
add_number(struct output *output, const struct bs_field *field, uint64_t number)
{
	char text[24];

	if (field->type == BS_FIELD_WORD) {
		add_raw(output,
		    number < field->word_count ? field->words[number] : "");
		return;
	}
	snprintf(text, sizeof(text), "%" PRIu64, number);
	add_raw(output, text);
}

/* Ends a line. Returns 0 or -EMSGSIZE. */
static int
end_line(struct output *output)
{
	add_octet(output, '\n');
	if (output->len > output->size ||
	    output->len - output->line > BS_WIRE_LINE ||
	    output->lines == BS_WIRE_LINES)
		return -EMSGSIZE;
	output->line = output->len;
	output->lines++;
	return 0;
}

/* Adds the items for which there is room, and keeps that for the empty line.
 * What was guessed is told to nobody. */
static void
add_list(struct output *output, const struct bs_field *field,
    const struct bs_list *list, bool *dropped)
{
	const char *item = NULL;

	if (list->guessed)
		return;
	while ((item = bs_list_next(list, item)) != NULL) {
		struct output before = *output;

		add_raw(output, field->name);
		add_octet(output, '=');
		add_encoded(output, item);
		if (end_line(output) == 0 && output->len < output->size &&
		    output->lines < BS_WIRE_LINES)
			continue;
		*output = before;
		*dropped = true;
	}
}

/* Adds one attribute that is no list. Returns 0 or -EMSGSIZE. */
static int
add_field(struct output *output, const struct bs_field *field, const char *at,
    bool always, bool *dropped)
{
	const struct output before = *output;
	bool is_text = field->type == BS_FIELD_TEXT;
	uint64_t number = number_of(field, at);

	if (is_text ? *at == '\0' && !always : field->quiet && number == 0)
		return 0;
	add_raw(output, field->name);
	add_octet(output, '=');
	if (is_text)
		add_encoded(output, at);
	else
		add_number(output, field, number);
	if (end_line(output) == 0)
		return 0;
	if (!field->spare)
		return -EMSGSIZE;
	*output = before;
	*dropped = true;
	return 0;
}

int
bs_fields_encode(const struct bs_field *fields, size_t count,
    const void *source, const struct bs_field *always, bool *dropped, char *out,
    size_t size)
{
	struct output output = {.out = out,
	    .size = size < BS_WIRE_MAX ? size : BS_WIRE_MAX};

	*dropped = false;
	for (size_t i = 0; i < count; i++) {
		const char *at = (const char *)source + fields[i].offset;

		if (fields[i].type == BS_FIELD_LIST)
			add_list(&output, &fields[i],
			    (const struct bs_list *)(const void *)at, dropped);
		else if (add_field(&output, &fields[i], at,
			     &fields[i] == always, dropped) != 0)
			return -EMSGSIZE;
	}
	return end_line(&output) != 0 ? -EMSGSIZE : (int)output.len;
}
