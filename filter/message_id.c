/* The Message-ID of a message that left its author without one. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "common/mail/address.h"
#include "filter/message_id.h"

#define RANDOM_LEN 15 /* 120 bits never come twice */

/* Whether a domain can stand in a msg-id as it is (RFC 5322 §3.6.4). */
static bool
is_plain(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] >= 0x7f || text[i] == '<' ||
		    text[i] == '>' || text[i] == '@')
			return false;
	return len > 0;
}

static void
pick_domain(const char *sender, char out[static BS_HOST_MAX])
{
	struct bs_address address;

	if (bs_address_parse(sender, strlen(sender), &address) == 0 &&
	    !(address.flags & BS_ADDRESS_NO_DOMAIN) &&
	    address.domain_len < BS_HOST_MAX &&
	    is_plain(address.domain, address.domain_len)) {
		memcpy(out, address.domain, address.domain_len);
		out[address.domain_len] = '\0';
		return;
	}
	if (gethostname(out, BS_HOST_MAX) != 0 ||
	    memchr(out, '\0', BS_HOST_MAX) == NULL ||
	    !is_plain(out, strlen(out)))
		snprintf(out, BS_HOST_MAX, "localhost");
}

int
bs_message_id_make(const char *sender, char out[static BS_MESSAGE_ID_MAX])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t octets[RANDOM_LEN];
	char text[2 * RANDOM_LEN + 1];
	char domain[BS_HOST_MAX];
	ssize_t n = getrandom(octets, sizeof(octets), GRND_NONBLOCK);

	if (n != RANDOM_LEN)
		return n < 0 ? -errno : -EAGAIN;
	for (size_t i = 0; i < RANDOM_LEN; i++) {
		text[2 * i] = digits[octets[i] >> 4];
		text[2 * i + 1] = digits[octets[i] & 15];
	}
	text[2 * RANDOM_LEN] = '\0';
	pick_domain(sender, domain);
	snprintf(out, BS_MESSAGE_ID_MAX, "%s@%s", text, domain);
	return 0;
}

void
bs_message_id_field(const char *message_id, char out[static BS_MESSAGE_ID_MAX])
{
	snprintf(out, BS_MESSAGE_ID_MAX, "Message-ID: <%s>", message_id);
}
