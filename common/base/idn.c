/* Domains with letters beyond ASCII, in the form in which they stand in DNS.
 * This is the only file that includes libidn2. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <idn2.h>

#include "common/base/idn.h"

/* RFC 1035 §2.3.4, of the text in either spelling. */
#define DOMAIN_MAX 253

bool
bs_idn_is_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text >= 0x80)
			return false;
	return true;
}

int
bs_idn_domain(const char *domain, char out[static BS_HOST_MAX])
{
	char *ascii = NULL;
	int rc = -EINVAL;
	size_t len;

	if (strnlen(domain, DOMAIN_MAX + 1) > DOMAIN_MAX ||
	    idn2_to_ascii_8z(domain, &ascii, IDN2_NONTRANSITIONAL) != IDN2_OK)
		return -EINVAL;
	len = strlen(ascii);
	if (len > 0 && len <= DOMAIN_MAX && bs_idn_is_ascii(ascii)) {
		memcpy(out, ascii, len + 1);
		rc = 0;
	}
	idn2_free(ascii);
	return rc;
}

void
bs_idn_address(char *text, size_t size)
{
	char ascii[BS_HOST_MAX];
	char *at = strrchr(text, '@');
	char *domain = at == NULL ? text : at + 1;

	if (bs_idn_is_ascii(domain) || bs_idn_domain(domain, ascii) != 0 ||
	    (size_t)(domain - text) + strlen(ascii) >= size)
		return;
	memcpy(domain, ascii, strlen(ascii) + 1);
}
