/* Markup under construction: the one place where text is escaped. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/cli/output.h"
#include "common/cli/report/html.h"

int
bs_html_begin(struct bs_html *html)
{
	*html = (struct bs_html){0};
	html->file = open_memstream(&html->text, &html->len);
	return html->file == NULL ? -errno : 0;
}

int
bs_html_finish(struct bs_html *html)
{
	bool failed = ferror(html->file) != 0;

	if (fclose(html->file) == 0 && !failed)
		return 0;
	free(html->text);
	html->text = NULL;
	return -ENOMEM;
}

static void
add_escaped(FILE *file, const char *text)
{
	for (; *text != '\0'; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", file);
			break;
		case '<':
			fputs("&lt;", file);
			break;
		case '>':
			fputs("&gt;", file);
			break;
		case '"':
			fputs("&quot;", file);
			break;
		case '\'':
			fputs("&#39;", file);
			break;
		default:
			fputc(*text, file);
		}
	}
}

/* Any octet is shown as four at most. */
static void
add_text(FILE *file, const char *text)
{
	size_t size = 4 * strlen(text) + 1;
	char *visible = malloc(size);

	/* the stream fails for want of memory, too; then nothing comes of it */
	if (visible == NULL)
		return;
	add_escaped(file, bs_visible(text, visible, size));
	free(visible);
}

const char *
bs_html_number(uint64_t number, char out[static BS_HTML_NUMBER])
{
	char digits[BS_HTML_NUMBER];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, number);
	size_t at = 0;

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
	return out;
}

static void
add_number(FILE *file, uint64_t number)
{
	char text[BS_HTML_NUMBER];

	fputs(bs_html_number(number, text), file);
}

static void
add_place(FILE *file, double place)
{
	char text[48];
	int len = snprintf(text, sizeof(text), "%.2f", place);

	while (len > 1 && text[len - 1] == '0')
		len--;
	if (len > 1 && text[len - 1] == '.')
		len--;
	text[len] = '\0';
	fputs(text, file);
}

/* Adds what the conversion at spec, behind its per cent sign, takes from args.
 * Returns where it ends. */
static const char *
convert(FILE *file, const char *spec, va_list *args)
{
	size_t longs = strspn(spec, "lz");
	bool is_size = longs > 0 && spec[0] == 'z';
	char digits[BS_HTML_NUMBER];

	spec += longs;
	switch (*spec) {
	case 's':
		add_text(file, va_arg(*args, const char *));
		break;
	case 'u':
		if (longs == 0)
			add_number(file, va_arg(*args, unsigned));
		else if (is_size)
			add_number(file, va_arg(*args, size_t));
		else if (longs == 1)
			add_number(file, va_arg(*args, unsigned long));
		else
			add_number(file, va_arg(*args, unsigned long long));
		break;
	case 'd':
		snprintf(digits, sizeof(digits), "%d", va_arg(*args, int));
		fputs(digits, file);
		break;
	case 'f':
		add_place(file, va_arg(*args, double));
		break;
	default:
		fputc('%', file);
	}
	return spec + 1;
}

void
bs_html_add(struct bs_html *html, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	while (*format != '\0') {
		size_t len = strcspn(format, "%");

		(void)fwrite(format, 1, len, html->file);
		format += len;
		if (*format == '%')
			format = convert(html->file, format + 1, &args);
	}
	va_end(args);
}

/* The length of the UTF-8 character at text, which is whole. */
static size_t
character(const char *text)
{
	size_t len = 1;

	while (((unsigned char)text[len] & 0xc0) == 0x80)
		len++;
	return len;
}

/* What comes behind the scripts of Europe may be as wide as two letters. */
static unsigned
width(const char *text)
{
	return (unsigned char)text[0] >= 0xe1 ? 2 : 1;
}

const char *
bs_html_short(const char *text, unsigned columns,
    char out[static BS_HTML_SHORT])
{
	static const char more[] = "\xe2\x80\xa6";
	char visible[4 * BS_HTML_SHORT];
	size_t at = 0;
	size_t cut = 0; /* where an ellipsis would fit */
	unsigned used = 0;

	bs_visible(text, visible, sizeof(visible));
	while (visible[at] != '\0') {
		size_t end = at + character(visible + at);
		bool has_room = end + sizeof(more) <= BS_HTML_SHORT;

		used += width(visible + at);
		if (used > columns || !has_room) {
			memcpy(out, visible, cut);
			memcpy(out + cut, more, sizeof(more));
			return out;
		}
		if (used < columns)
			cut = end;
		at = end;
	}
	memcpy(out, visible, at + 1);
	return out;
}
