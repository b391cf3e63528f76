/* Any text as a domain: what comes out is ASCII, short, and stays as it is; and
 * a request whose addresses have it keeps what stands before the '@'. */
#include <errno.h>
#include <string.h>

#include "common/base/idn.h"
#include "common/engine/idn.h"
#include "tests/fuzz/fuzz.h"

static void
must_be_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		MUST((unsigned char)*text < 0x80);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bs_request request;
	static struct bs_request rewritten;
	const struct bs_request *judged;
	char text[BS_ADDRESS_MAX];
	char domain[BS_HOST_MAX];
	char again[BS_HOST_MAX];
	int rc;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	rc = bs_idn_domain(text, domain);
	MUST(rc == 0 || rc == -EINVAL);
	if (rc == 0) {
		MUST(domain[0] != '\0' && strlen(domain) <= 253);
		must_be_ascii(domain);
		MUST(bs_idn_domain(domain, again) == 0);
		MUST(strcmp(domain, again) == 0);
	}
	memset(&request, 0, sizeof(request));
	memcpy(request.sender, text, sizeof(text));
	(void)!bs_list_add(&request.final_recipients, text, strlen(text));
	judged = bs_idn_request(&request, &rewritten);
	if (strrchr(text, '@') != NULL) {
		size_t len = (size_t)(strrchr(text, '@') - text) + 1;

		MUST(strncmp(judged->sender, text, len) == 0);
	}
	MUST(judged->final_recipients.count <= 1);
	return 0;
}
