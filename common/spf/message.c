/* What comes from the spf child, which strangers' records may have made theirs.
 */
#include <errno.h>
#include <string.h>

#include "common/spf/message.h"

/* A string in an array, whatever octets came. */
#define TIDY(array)                                                            \
	do {                                                                   \
		(array)[sizeof(array) - 1] = '\0';                             \
		bs_spf_clean(array);                                           \
	} while (0)

/* Whether the octet of a bool is one of a bool's two. */
static bool
is_bool(const bool *flag)
{
	unsigned char octet;

	memcpy(&octet, flag, sizeof(octet));
	return octet <= 1;
}

static int
tidy_step(struct bs_spf_step *step)
{
	TIDY(step->name);
	return (unsigned)step->status <= BS_DNS_FAILED && is_bool(&step->cached)
		   ? 0
		   : -EINVAL;
}

static int
tidy_finding(struct bs_spf_finding *finding)
{
	TIDY(finding->domain);
	TIDY(finding->sender);
	TIDY(finding->mechanism);
	TIDY(finding->problem);
	TIDY(finding->explanation);
	return (unsigned)finding->result < BS_SPF_RESULTS &&
		       (unsigned)finding->identity <= BS_SPF_MAILFROM &&
		       is_bool(&finding->denies_all)
		   ? 0
		   : -EINVAL;
}

int
bs_spf_message_tidy(struct bs_spf_message *message)
{
	switch (message->kind) {
	case BS_SPF_MESSAGE_STEP:
		return tidy_step(&message->is.step);
	case BS_SPF_MESSAGE_FINDING:
		return tidy_finding(&message->is.finding);
	}
	return -EINVAL;
}
