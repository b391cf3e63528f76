/* Domains with letters beyond ASCII, in the form in which they stand in DNS.
 *
 * A mail server that talks SMTPUTF8 shows us alice@bücher.example, and sends
 * the mail as alice@xn--bcher-kva.example to hosts that do not: its bounce
 * comes home to that. The adapters pass octets on; here, before anything is
 * matched or recorded, they become one spelling. This is the only file that
 * includes libidn2. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <idn2.h>

#include "common/engine/idn.h"

/* RFC 1035 §2.3.4, of the text in either spelling. */
#define DOMAIN_MAX 253

static bool
is_ascii(const char *text)
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
	if (len > 0 && len <= DOMAIN_MAX && is_ascii(ascii)) {
		memcpy(out, ascii, len + 1);
		rc = 0;
	}
	idn2_free(ascii);
	return rc;
}

/* Rewrites what stands behind the last '@', or all where there is none. */
static void
rewrite(char *text, size_t size)
{
	char ascii[BS_HOST_MAX];
	char *at = strrchr(text, '@');
	char *domain = at == NULL ? text : at + 1;

	if (is_ascii(domain) || bs_idn_domain(domain, ascii) != 0 ||
	    (size_t)(domain - text) + strlen(ascii) >= size)
		return;
	memcpy(domain, ascii, strlen(ascii) + 1);
}

static bool
list_is_ascii(const struct bs_list *list)
{
	const char *text = NULL;

	while ((text = bs_list_next(list, text)) != NULL)
		if (!is_ascii(text))
			return false;
	return true;
}

static void
rewrite_list(struct bs_list *list)
{
	const struct bs_list old = *list;
	const char *text = NULL;
	char copy[BS_ADDRESS_MAX];
	size_t len;

	if (list_is_ascii(list))
		return;
	list->count = 0;
	list->used = 0;
	while ((text = bs_list_next(&old, text)) != NULL) {
		len = strlen(text);
		if (len >= sizeof(copy)) {
			(void)!bs_list_add(list, text, len);
			continue;
		}
		memcpy(copy, text, len + 1);
		rewrite(copy, sizeof(copy));
		/* what finds no room any more sets truncated, as on the wire */
		(void)!bs_list_add(list, copy, strlen(copy));
	}
}

const struct bs_request *
bs_idn_request(const struct bs_request *request, struct bs_request *out)
{
	if (is_ascii(request->sender) && is_ascii(request->recipient) &&
	    is_ascii(request->return_path) && is_ascii(request->header_from) &&
	    list_is_ascii(&request->final_recipients) &&
	    list_is_ascii(&request->original_recipients) &&
	    list_is_ascii(&request->recipient_domains))
		return request;
	*out = *request;
	rewrite(out->sender, sizeof(out->sender));
	rewrite(out->recipient, sizeof(out->recipient));
	rewrite(out->return_path, sizeof(out->return_path));
	rewrite(out->header_from, sizeof(out->header_from));
	rewrite_list(&out->final_recipients);
	rewrite_list(&out->original_recipients);
	rewrite_list(&out->recipient_domains);
	return out;
}
