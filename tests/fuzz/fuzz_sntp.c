/* Any octets as the answer of a time server.
 *
 * The first three tell when it came; the token is that of the octets, or
 * another. */
#include <errno.h>

#include "common/cli/doctor/sntp.h"
#include "tests/fuzz/fuzz.h"

#define SENT_MS (INT64_C(1800000000) * 1000)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bs_sntp_answer out;
	uint64_t token = 0;
	int64_t waited_ms;
	int rc;

	if (size < 3)
		return 0;
	waited_ms = data[1] << 8 | data[2];
	for (size_t i = 0; size >= 3 + BS_SNTP_OCTETS && i < 8; i++)
		token = token << 8 | data[3 + 24 + i];
	token ^= data[0] & 1;
	rc = bs_sntp_read(data + 3, size - 3, token, SENT_MS,
	    SENT_MS + waited_ms, &out);
	if (rc != 0) {
		MUST(rc == -EAGAIN || rc == -EPROTO || rc == -ENODATA);
		return 0;
	}
	MUST((data[0] & 1) == 0);
	MUST(out.delay_ms >= 0 && out.delay_ms <= waited_ms);
	MUST(out.stratum >= 1 && out.stratum <= 15);
	return 0;
}
