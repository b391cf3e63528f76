/* A clock that nobody keeps, for programs that it is loaded into
 * (LD_PRELOAD). */
#include <string.h>
#include <sys/timex.h>

int
adjtimex(struct timex *timex)
{
	memset(timex, 0, sizeof(*timex));
	timex->status = STA_UNSYNC;
	return TIME_ERROR;
}
