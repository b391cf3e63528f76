/* The domains of a question in one spelling.
 *
 * A mail server that talks SMTPUTF8 shows us alice@bücher.example, and sends
 * the mail as alice@xn--bcher-kva.example to hosts that do not: its bounce
 * comes home to that. The adapters pass octets on; here, before anything is
 * matched or recorded, they become one spelling. */
#include <string.h>

#include "common/base/idn.h"
#include "common/engine/idn.h"

static bool
list_is_ascii(const struct bs_list *list)
{
	const char *text = NULL;

	while ((text = bs_list_next(list, text)) != NULL)
		if (!bs_idn_is_ascii(text))
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
		bs_idn_address(copy, sizeof(copy));
		/* what finds no room any more sets truncated, as on the wire */
		(void)!bs_list_add(list, copy, strlen(copy));
	}
}

const struct bs_request *
bs_idn_request(const struct bs_request *request, struct bs_request *out)
{
	if (bs_idn_is_ascii(request->helo) &&
	    bs_idn_is_ascii(request->sender) &&
	    bs_idn_is_ascii(request->recipient) &&
	    bs_idn_is_ascii(request->return_path) &&
	    bs_idn_is_ascii(request->header_from) &&
	    list_is_ascii(&request->final_recipients) &&
	    list_is_ascii(&request->original_recipients) &&
	    list_is_ascii(&request->recipient_domains))
		return request;
	*out = *request;
	bs_idn_address(out->helo, sizeof(out->helo));
	bs_idn_address(out->sender, sizeof(out->sender));
	bs_idn_address(out->recipient, sizeof(out->recipient));
	bs_idn_address(out->return_path, sizeof(out->return_path));
	bs_idn_address(out->header_from, sizeof(out->header_from));
	rewrite_list(&out->final_recipients);
	rewrite_list(&out->original_recipients);
	rewrite_list(&out->recipient_domains);
	return out;
}
