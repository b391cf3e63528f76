/* What a domain name that mail can have looks like. */
#include <stddef.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/config/domain.h"

/* RFC 1123 §2.1; '_' is seen in names that carry mail. */
static const char *
label_fault(const char *label, size_t len)
{
	if (len == 0 || len > 63)
		return "a label has 1 to 63 octets";
	if (label[0] == '-' || label[len - 1] == '-')
		return "a label neither begins nor ends with '-'";
	for (size_t i = 0; i < len; i++) {
		if ((unsigned char)label[i] >= 0x80)
			return "it cannot be written in ASCII (xn--...)";
		if (!bs_ascii_is_alpha(label[i]) &&
		    !bs_ascii_is_digit(label[i]) && label[i] != '-' &&
		    label[i] != '_')
			return "only letters, digits, '-' and '.'";
	}
	return NULL;
}

const char *
bs_config_domain_fault(const char *name)
{
	const char *why;
	size_t len;

	/* RFC 1035 §2.3.4 */
	if (strlen(name) > 253)
		return "it has more than 253 octets";
	for (;; name += len + 1) {
		len = strcspn(name, ".");
		if ((why = label_fault(name, len)) != NULL)
			return why;
		if (name[len] == '\0')
			break;
	}
	if (strspn(name, "0123456789") == len)
		return "the last label is a number";
	return NULL;
}
