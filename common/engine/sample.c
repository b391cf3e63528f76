/* One line of Prometheus' text format 0.0.4: name{label="value"} number. */
#include <inttypes.h>
#include <stdio.h>

#include "common/engine/sample.h"

#define NS UINT64_C(1000000000)

static void
add_octet(struct bs_sample *sample, char c)
{
	if (sample->len + 1 < sizeof(sample->text)) {
		sample->text[sample->len] = c;
		sample->text[sample->len + 1] = '\0';
	}
	sample->len++;
}

static void
add(struct bs_sample *sample, const char *text)
{
	while (*text != '\0')
		add_octet(sample, *text++);
}

static void
add_escaped(struct bs_sample *sample, char c)
{
	if (c == '\n') {
		add(sample, "\\n");
		return;
	}
	if (c == '\\' || c == '"')
		add_octet(sample, '\\');
	add_octet(sample, c);
}

void
bs_sample_name(struct bs_sample *sample, const char *name, const char *suffix)
{
	add(sample, name);
	add(sample, suffix);
}

void
bs_sample_label(struct bs_sample *sample, const char *name, const char *value)
{
	add_octet(sample, sample->labels++ == 0 ? '{' : ',');
	add(sample, name);
	add(sample, "=\"");
	while (*value != '\0')
		add_escaped(sample, *value++);
	add_octet(sample, '"');
}

static void
add_value(struct bs_sample *sample, const char *text)
{
	add(sample, sample->labels > 0 ? "} " : " ");
	add(sample, text);
}

void
bs_sample_number(struct bs_sample *sample, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	add_value(sample, text);
}

void
bs_sample_seconds(struct bs_sample *sample, uint64_t ns)
{
	char text[40];

	snprintf(text, sizeof(text), "%" PRIu64 ".%09" PRIu64, ns / NS,
	    ns % NS);
	add_value(sample, text);
}
