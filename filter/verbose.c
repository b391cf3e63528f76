/* Each question and each answer in the log, while somebody wants to see them.
 */
#include <signal.h>

#include "common/adapter/trace.h"
#include "common/base/log.h"
#include "filter/verbose.h"

static volatile sig_atomic_t was_asked;

static void
note_signal(int number)
{
	(void)number;
	was_asked = 1;
}

static void
trace(const char *what, uint64_t id, const char *frame, size_t len)
{
	bs_trace_frame(what, -1, id, frame, len);
}

static void
turn(struct bs_filter *filter, bool on)
{
	bs_log_open("filter-backstop", BS_LOG_STDERR, on);
	filter->client.trace = on ? trace : NULL;
}

void
bs_verbose_begin(struct bs_filter *filter)
{
	struct sigaction action = {.sa_handler = note_signal,
	    .sa_flags = SA_RESTART};

	turn(filter, filter->verbose);
	sigemptyset(&action.sa_mask);
	(void)sigaction(SIGUSR1, &action, NULL);
}

void
bs_verbose_turn(struct bs_filter *filter)
{
	if (was_asked) {
		was_asked = 0;
		filter->trace_until_ms = filter->now_ms + BS_VERBOSE_MS;
		turn(filter, true);
		bs_log(BS_LOG_INFO,
		    "questions and answers are logged for 10 minutes");
	} else if (filter->trace_until_ms != 0 &&
		   filter->now_ms >= filter->trace_until_ms) {
		filter->trace_until_ms = 0;
		turn(filter, filter->verbose);
	}
}
