/* What judging may read: settings, keys, and the memory of what was sent. */
#include <errno.h>
#include <string.h>

#include "common/judge/view.h"
#include "common/base/ascii.h"

int
bs_view_get_stored(const void *context, struct bs_entry *entry)
{
	struct bs_store *const *store = context;

	return bs_store_get(*store, entry);
}

int
bs_view_next_stored(const void *context, struct bs_entry *entry)
{
	struct bs_store *const *store = context;
	struct bs_entry from = *entry;
	size_t count;

	return bs_store_scan(*store, &from, entry, 1, &count);
}

void
bs_view_hash(const struct bs_view *view, const char *text, size_t len,
    uint8_t out[static BS_RECORD_HASH])
{
	if (view->hashes != NULL)
		bs_hashes_find(view->hashes, view->store_key, text, len, out);
	else
		bs_mac_hash(view->store_key, text, len, out);
}

int
bs_view_hash_address(const struct bs_view *view,
    const struct bs_address *address, uint8_t out[static BS_RECORD_HASH])
{
	char canonical[BS_ADDRESS_MAX];
	int rc = bs_address_canonical(address, canonical, sizeof(canonical));

	if (rc == 0)
		bs_view_hash(view, canonical, strlen(canonical), out);
	return rc;
}

int
bs_view_hash_domain(const struct bs_view *view, const char *domain, size_t len,
    uint8_t out[static BS_RECORD_HASH])
{
	char text[1 + BS_HOST_MAX];

	if (len >= BS_HOST_MAX)
		return -EMSGSIZE;
	text[0] = '@';
	for (size_t i = 0; i < len; i++)
		text[1 + i] = bs_ascii_lower(domain[i]);
	bs_view_hash(view, text, 1 + len, out);
	return 0;
}

int
bs_view_tag(const struct bs_view *view, const struct bs_tag_key *key,
    struct bs_tag_record *out)
{
	struct bs_entry entry = {.table = BS_TABLE_TAG};
	int rc;

	memset(out, 0, sizeof(*out));
	entry.key_len = bs_tag_key_write(key, entry.key);
	if ((rc = view->get(view->context, &entry)) != 0)
		return rc;
	return bs_tag_record_read(entry.key, entry.key_len, entry.value,
	    entry.value_len, out);
}

int
bs_view_msg(const struct bs_view *view, const struct bs_msg_key *key,
    struct bs_msg_record *out)
{
	struct bs_entry entry = {.table = BS_TABLE_MSG};
	int rc;

	memset(out, 0, sizeof(*out));
	entry.key_len = bs_msg_key_write(key, entry.key);
	if ((rc = view->get(view->context, &entry)) != 0)
		return rc;
	return bs_msg_record_read(entry.key, entry.key_len, entry.value,
	    entry.value_len, out);
}

int
bs_view_msg_day(const struct bs_view *view, uint32_t from, uint32_t *day)
{
	const struct bs_msg_key first = {.day = from};
	struct bs_entry entry = {.table = BS_TABLE_MSG};
	struct bs_msg_key key;
	int rc;

	*day = 0;
	entry.key_len = bs_msg_key_write(&first, entry.key);
	if ((rc = view->next(view->context, &entry)) != 0)
		return rc;
	if ((rc = bs_msg_key_read(entry.key, entry.key_len, &key)) == 0)
		*day = key.day;
	return rc;
}

int
bs_view_sender(const struct bs_view *view,
    const uint8_t who[static BS_RECORD_HASH], struct bs_sender_record *out)
{
	struct bs_entry entry = {.table = BS_TABLE_SENDER,
	    .key_len = BS_RECORD_HASH};
	int rc;

	memset(out, 0, sizeof(*out));
	memcpy(entry.key, who, BS_RECORD_HASH);
	if ((rc = view->get(view->context, &entry)) != 0)
		return rc;
	return bs_sender_record_read(entry.key, entry.key_len, entry.value,
	    entry.value_len, out);
}
