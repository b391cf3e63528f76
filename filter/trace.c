/* Each question and each answer in the log, while somebody wants to see them.
 */
#include <signal.h>

#include "common/base/log.h"
#include "filter/trace.h"

static volatile sig_atomic_t was_asked;

static void
note_signal(int number)
{
	(void)number;
	was_asked = 1;
}

/* A frame is lines of name=value, and no value has a space: with a space for
 * each newline it is one line, from which the frame can be read back. */
static void
trace(const char *what, const char *frame, size_t len)
{
	char text[BS_LOG_LINE];
	size_t at = 0;

	while (len > 0 && frame[len - 1] == '\n')
		len--;
	for (; at < len && at + 1 < sizeof(text); at++)
		text[at] = frame[at] == '\n' ? ' ' : frame[at];
	text[at] = '\0';
	bs_log(BS_LOG_DEBUG, "%s: %s", what, text);
}

static void
turn(struct bs_filter *filter, bool on)
{
	bs_log_open("filter-backstop", BS_LOG_STDERR, on);
	filter->client.trace = on ? trace : NULL;
}

void
bs_trace_begin(struct bs_filter *filter)
{
	struct sigaction action = {.sa_handler = note_signal,
	    .sa_flags = SA_RESTART};

	turn(filter, filter->verbose);
	sigemptyset(&action.sa_mask);
	(void)sigaction(SIGUSR1, &action, NULL);
}

void
bs_trace_turn(struct bs_filter *filter)
{
	if (was_asked) {
		was_asked = 0;
		filter->trace_until_ms = filter->now_ms + BS_TRACE_MS;
		turn(filter, true);
		bs_log(BS_LOG_INFO,
		    "questions and answers are logged for 10 minutes");
	} else if (filter->trace_until_ms != 0 &&
		   filter->now_ms >= filter->trace_until_ms) {
		filter->trace_until_ms = 0;
		turn(filter, filter->verbose);
	}
}
