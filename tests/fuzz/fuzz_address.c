/* Any octets as an address: what is read is written, and read again. */
#include <errno.h>
#include <string.h>

#include "common/mail/address.h"
#include "common/base/ascii.h"
#include "tests/fuzz/fuzz.h"

static void
check_views(const struct bs_address *address, const char *text, size_t len)
{
	MUST(address->local >= text && address->local_len > 0);
	MUST(address->local + address->local_len <= text + len);
	MUST(address->domain >= address->local + address->local_len);
	MUST(address->domain + address->domain_len <= text + len);
	MUST(!(address->flags & BS_ADDRESS_NO_DOMAIN) ==
	     (address->domain_len > 0));
}

static void
check_again(const struct bs_address *address, const char *written)
{
	struct bs_address again;

	MUST(bs_address_parse(written, strlen(written), &again) == 0);
	MUST(again.flags == (address->flags & ~(unsigned)BS_ADDRESS_ROUTED));
	MUST(again.local_len == address->local_len);
	MUST(again.domain_len == address->domain_len);
	MUST(memcmp(again.local, address->local, again.local_len) == 0);
	MUST(memcmp(again.domain, address->domain, again.domain_len) == 0);
}

static void
check_canonical(const struct bs_address *address, const char *written)
{
	char canonical[BS_ADDRESS_MAX];
	struct bs_address again;

	MUST(bs_address_canonical(address, canonical, sizeof(canonical)) == 0);
	MUST(strlen(canonical) == strlen(written));
	MUST(bs_ascii_same(canonical, written, strlen(written)));
	MUST(strpbrk(canonical, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL);
	MUST(bs_address_matches(canonical, canonical));
	MUST(bs_address_matches(canonical, "*"));
	MUST(!bs_address_matches(canonical, ""));
	MUST(bs_address_parse(canonical, strlen(canonical), &again) == 0);
	MUST(bs_address_is_daemon(address) == bs_address_is_daemon(&again));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	char written[BS_ADDRESS_MAX];
	struct bs_address address;

	switch (bs_address_parse(text, size, &address)) {
	case 0:
		break;
	case BS_ADDRESS_NULL:
		MUST(size == 0 || (size == 2 && memcmp(text, "<>", 2) == 0));
		return 0;
	case -EMSGSIZE:
		MUST(size >= BS_ADDRESS_MAX);
		return 0;
	default:
		return 0;
	}
	check_views(&address, text, size);
	MUST(bs_address_write(&address, written, sizeof(written)) == 0);
	check_again(&address, written);
	check_canonical(&address, written);
	return 0;
}
