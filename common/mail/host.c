/* Host names that strangers tell (RFC 952, RFC 1123 §2.1). */
#include <stdbool.h>

#include "common/base/ascii.h"
#include "common/mail/host.h"

#define LABEL_MAX 63

/* Whether a label may stand in a host name. *is_number: it has digits alone, as
 * the last one of an address. */
static bool
is_label(const char *label, size_t len, bool *is_number)
{
	*is_number = true;
	if (len == 0 || len > LABEL_MAX || label[0] == '-' ||
	    label[len - 1] == '-')
		return false;
	for (size_t i = 0; i < len; i++) {
		bool is_digit = bs_ascii_is_digit(label[i]);

		if (!is_digit && !bs_ascii_is_alpha(label[i]) &&
		    label[i] != '-')
			return false;
		*is_number = *is_number && is_digit;
	}
	return true;
}

size_t
bs_host_copy(const char *text, size_t len, char out[static BS_HOST_NAME_MAX])
{
	bool is_number = true;
	size_t labels = 0;
	size_t begin = 0;

	if (len > 0 && text[len - 1] == '.')
		len--;
	if (len == 0 || len > BS_HOST_NAME_MAX)
		return 0;
	for (size_t i = 0; i <= len; i++) {
		if (i < len && text[i] != '.')
			continue;
		if (!is_label(text + begin, i - begin, &is_number))
			return 0;
		labels++;
		begin = i + 1;
	}
	if (labels < 2 || is_number)
		return 0;
	for (size_t i = 0; i < len; i++)
		out[i] = bs_ascii_lower(text[i]);
	return len;
}
