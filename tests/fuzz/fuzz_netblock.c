/* Any text as a network: its own address lies in it.
 *
 * What stands behind a newline is an address that may lie in it or not. */
#include <errno.h>
#include <string.h>

#include "common/base/netblock.h"
#include "tests/fuzz/fuzz.h"

#define TEXT_MAX 256

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[TEXT_MAX];
	char *other;
	struct bs_netblock block;
	int rc;

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if ((other = strchr(text, '\n')) != NULL)
		*other++ = '\0';
	rc = bs_netblock_parse(text, &block);
	if (rc != 0) {
		MUST(rc == -EINVAL);
		return 0;
	}
	MUST(block.prefix <= 128);
	if (other != NULL)
		(void)bs_netblock_has(&block, other);
	text[strcspn(text, "/")] = '\0';
	MUST(bs_netblock_has(&block, text));
	return 0;
}
