/* Prints what the parser finds in messages, one JSON object a line.
 *
 * usage: dsn_facts [-n OCTETS] [FILE ...]   (names on standard input else)
 *
 * An octet that is no printable ASCII is the \u00XX of the same number. With
 * -n the message is pushed in pieces of so many octets. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/bounce/dsn.h"

/* The largest message that is read, as adapters buffer no more by far. */
#define MESSAGE_MAX ((size_t)1 << 24)

static char message[MESSAGE_MAX];
static struct bs_dsn dsn;

static void
print_text(const char *text)
{
	putchar('"');
	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void
print_field(const char *name, const char *text)
{
	printf(", \"%s\": ", name);
	print_text(text);
}

static void
print_list(const char *name, const struct bs_list *list)
{
	const char *item = NULL;
	const char *comma = "";

	printf(", \"%s\": [", name);
	while ((item = bs_list_next(list, item)) != NULL) {
		fputs(comma, stdout);
		print_text(item);
		comma = ", ";
	}
	printf("], \"%s_truncated\": %s", name,
	    list->truncated ? "true" : "false");
}

static void
print_returned(const struct bs_dsn_facts *facts)
{
	printf(", \"has_returned_header\": %s",
	    facts->has_returned_header ? "true" : "false");
	print_list("message_ids", &facts->message_ids);
	if (facts->has_return_path)
		print_field("return_path", facts->return_path);
	print_field("returned_from", facts->returned_from);
	print_field("returned_subject", facts->returned_subject);
	printf(", \"returned_date\": %lld", (long long)facts->returned_date);
	print_list("received", &facts->received);
	printf(", \"received_count\": %u", facts->received_count);
}

static void
print_facts(const char *name, const struct bs_dsn_facts *facts)
{
	static const char *const kinds[] = {"unread", "dsn", "mdn", "auto",
	    "other"};

	printf("{\"file\": ");
	print_text(name);
	print_field("class", bs_dsn_class_name(facts->class));
	print_field("kind", kinds[facts->kind]);
	printf(", \"has_own_message_id\": %s",
	    facts->has_own_message_id ? "true" : "false");
	print_field("own_message_id", facts->own_message_id);
	print_field("own_from", facts->own_from);
	print_list("final_recipients", &facts->final_recipients);
	print_list("original_recipients", &facts->original_recipients);
	print_field("status", facts->status);
	print_field("action", facts->action);
	print_field("reporting_mta", facts->reporting_mta);
	print_field("diagnostic", facts->diagnostic);
	print_returned(facts);
	puts("}");
}

static int
read_facts(const char *name, size_t piece)
{
	FILE *file = fopen(name, "rb");
	size_t size;

	if (file == NULL) {
		fprintf(stderr, "%s: %s\n", name, strerror(errno));
		return 1;
	}
	size = fread(message, 1, sizeof(message), file);
	fclose(file);
	if (size == sizeof(message)) {
		fprintf(stderr, "%s: too long\n", name);
		return 1;
	}
	bs_dsn_begin(&dsn);
	for (size_t at = 0; at < size; at += piece)
		bs_dsn_push(&dsn, message + at,
		    size - at < piece ? size - at : piece);
	bs_dsn_end(&dsn);
	print_facts(name, &dsn.facts);
	return 0;
}

int
main(int argc, char **argv)
{
	size_t piece = MESSAGE_MAX;
	char name[4096];
	int status = 0;

	if (argc > 2 && strcmp(argv[1], "-n") == 0) {
		piece = strtoul(argv[2], NULL, 10);
		argc -= 2;
		argv += 2;
	}
	if (piece == 0) {
		fprintf(stderr, "usage: dsn_facts [-n OCTETS] [FILE ...]\n");
		return 64;
	}
	for (int i = 1; i < argc; i++)
		status |= read_facts(argv[i], piece);
	while (argc == 1 && fgets(name, sizeof(name), stdin) != NULL) {
		name[strcspn(name, "\n")] = '\0';
		status |= read_facts(name, piece);
	}
	return status;
}
