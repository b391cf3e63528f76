/* A filter that registers what filter-backstop -m out does, and does nothing.
 */
#include <stdio.h>
#include <string.h>

#include "filter/reply.h"

#define LINE_MAX_OCTETS 131072 /* smtpd's own limit on body lines is half */

static void
register_all(void)
{
	const char *line;

	for (size_t n = 0;
	     (line = bs_reply_registration(BS_LISTENER_OUT, false, n)) != NULL;
	     n++)
		fputs(line, stdout);
	fflush(stdout);
}

/* filter|version|time|smtp-in|phase|session|token|argument */
static void
proceed(const char *line)
{
	const char *session = line;
	const char *token;
	const char *end;

	for (int i = 0; i < 5; i++)
		if ((session = strchr(session, '|')) == NULL)
			return;
		else
			session++;
	if ((token = strchr(session, '|')) == NULL)
		return;
	token++;
	end = token + strcspn(token, "|\n");
	printf("filter-result|%.*s|%.*s|proceed\n", (int)(token - 1 - session),
	    session, (int)(end - token), token);
	fflush(stdout);
}

int
main(void)
{
	static char line[LINE_MAX_OCTETS];

	while (fgets(line, sizeof(line), stdin) != NULL)
		if (strcmp(line, "config|ready\n") == 0)
			register_all();
		else if (strncmp(line, "filter|", 7) == 0)
			proceed(line);
	return 0;
}
