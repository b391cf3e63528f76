/* SNTP: what time it is elsewhere (RFC 5905 §14). */
#include <errno.h>
#include <string.h>

#include "common/cli/doctor/sntp.h"

/* The first octet: leap indicator, version, mode. */
#define LEAP_UNKNOWN 3
#define VERSION 4
#define MODE_CLIENT 3
#define MODE_SERVER 4

#define AT_STRATUM 1
#define AT_ORIGIN 24
#define AT_RECEIVE 32
#define AT_TRANSMIT 40

#define STRATUM_MAX 15
#define SECONDS_TO_1970 INT64_C(2208988800) /* since 1900 */

static uint64_t
number_at(const uint8_t *octets, size_t at)
{
	uint64_t number = 0;

	for (size_t i = 0; i < sizeof(number); i++)
		number = number << 8 | octets[at + i];
	return number;
}

/* Milliseconds since 1970. A first bit that is not set says that the count
 * began anew in 2036 (RFC 4330 §3). */
static int64_t
time_of(uint64_t stamp)
{
	int64_t seconds = (int64_t)(stamp >> 32);
	int64_t ms = (int64_t)((stamp & UINT32_MAX) * 1000 >> 32);

	if ((stamp >> 63) == 0)
		seconds += INT64_C(1) << 32;
	return (seconds - SECONDS_TO_1970) * 1000 + ms;
}

void
bs_sntp_write(uint64_t token, uint8_t out[static BS_SNTP_OCTETS])
{
	memset(out, 0, BS_SNTP_OCTETS);
	out[0] = VERSION << 3 | MODE_CLIENT;
	for (size_t i = 0; i < sizeof(token); i++)
		out[AT_TRANSMIT + i] = (uint8_t)(token >> (56 - 8 * i));
}

int
bs_sntp_read(const uint8_t *octets, size_t len, uint64_t token, int64_t sent_ms,
    int64_t received_ms, struct bs_sntp_answer *out)
{
	uint64_t receive;
	uint64_t transmit;
	int64_t there_ms;

	memset(out, 0, sizeof(*out));
	if (len < BS_SNTP_OCTETS || (octets[0] & 7) != MODE_SERVER)
		return -EPROTO;
	if (number_at(octets, AT_ORIGIN) != token)
		return -EAGAIN;
	receive = number_at(octets, AT_RECEIVE);
	transmit = number_at(octets, AT_TRANSMIT);
	out->stratum = octets[AT_STRATUM];
	/* stratum 0 is a kiss of death: it will not say (§7.4) */
	if (octets[0] >> 6 == LEAP_UNKNOWN || out->stratum == 0 ||
	    out->stratum > STRATUM_MAX || receive == 0 || transmit == 0)
		return -ENODATA;
	there_ms = time_of(transmit) - time_of(receive);
	if (there_ms < 0 || there_ms > received_ms - sent_ms + 1)
		return -EPROTO;
	out->delay_ms = received_ms - sent_ms - there_ms;
	if (out->delay_ms < 0)
		out->delay_ms = 0;
	out->ahead_ms =
	    (time_of(receive) - sent_ms + time_of(transmit) - received_ms) / 2;
	return 0;
}
