/* A filter that registers what filter-backstop -m out does, or with the word
 * "in" what -m in -i yes does, and does nothing.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "filter/reply.h"

#define LINE_MAX_OCTETS 131072 /* smtpd's own limit on body lines is half */

static void
register_all(bool reads)
{
	enum bs_listener listener = reads ? BS_LISTENER_IN : BS_LISTENER_OUT;
	const char *line;

	for (size_t n = 0;
	     (line = bs_reply_registration(listener, reads, n)) != NULL; n++)
		fputs(line, stdout);
	fflush(stdout);
}

/* filter|version|time|smtp-in|phase|session|token|argument */
static void
proceed(const char *line)
{
	const char *session = line;
	const char *phase = line;
	const char *token;
	const char *end;

	for (int i = 0; i < 5; i++) {
		phase = session;
		if ((session = strchr(session, '|')) == NULL)
			return;
		session++;
	}
	if (strncmp(phase, "data-line|", 10) == 0) {
		printf("filter-dataline|%s", session);
		if (strcmp(line + strlen(line) - 3, "|.\n") == 0)
			fflush(stdout);
		return;
	}
	if ((token = strchr(session, '|')) == NULL)
		return;
	token++;
	end = token + strcspn(token, "|\n");
	printf("filter-result|%.*s|%.*s|proceed\n", (int)(token - 1 - session),
	    session, (int)(end - token), token);
	fflush(stdout);
}

int
main(int argc, char *argv[])
{
	static char line[LINE_MAX_OCTETS];
	bool reads = argc > 1 && strcmp(argv[1], "in") == 0;

	while (fgets(line, sizeof(line), stdin) != NULL)
		if (strcmp(line, "config|ready\n") == 0)
			register_all(reads);
		else if (strncmp(line, "filter|", 7) == 0)
			proceed(line);
	return 0;
}
