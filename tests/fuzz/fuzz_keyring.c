/* Any octets as a keyring: rules that hold for what is taken. */
#include <errno.h>
#include <string.h>

#include "common/keys/keyring.h"
#include "common/keys/keyring_file.h"
#include "tests/fuzz/fuzz.h"

static void
check_key(const struct bs_key *key)
{
	MUST(key->number < BS_KEY_NUMBERS);
	MUST(key->secret_len > 0 && key->secret_len <= BS_KEY_SECRET_MAX);
	MUST(key->created >= 0 && key->activated >= 0 && key->retired >= 0);
	MUST(bs_key_state_name(key->state)[0] != '\0');
	MUST(bs_key_origin_name(key->origin)[0] != '\0');
	MUST(bs_key_purge_time(key, 10) >= -1);
}

static void
check_keyring(const struct bs_keyring *keyring)
{
	const struct bs_key *active = bs_keyring_active(keyring);
	size_t actives = 0;

	MUST(keyring->count <= BS_KEY_NUMBERS);
	for (size_t i = 0; i < keyring->count; i++) {
		const struct bs_key *key = &keyring->keys[i];

		check_key(key);
		MUST(i == 0 || keyring->keys[i - 1].number < key->number);
		MUST(bs_keyring_find(keyring, key->number) == key);
		actives += key->state == BS_KEY_ACTIVE;
	}
	MUST(actives == (active != NULL ? 1U : 0U));
}

/* Signs, where there is a key to sign with, and verifies that. */
static void
check_signing(const struct bs_keyring *keyring)
{
	static const char text[] = "Alice@example.org";
	const struct bs_key *active = bs_keyring_active(keyring);
	struct bs_tag tag = {.form = BS_FORM_PRVS};

	MUST(bs_address_parse(text, sizeof(text) - 1, &tag.plain) == 0);
	if (active == NULL) {
		MUST(bs_keyring_sign(keyring, &tag, 20000, 10) == -ENOKEY);
		return;
	}
	MUST(bs_keyring_sign(keyring, &tag, 20000, 10) == 0);
	MUST(tag.key == active->number && tag.digits == 10);
	MUST(bs_keyring_verify(keyring, &tag, 20000, 10) == BS_TAG_VALID);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bs_keyring keyring;
	struct bs_fault fault = {0};
	int rc = bs_keyring_parse((const char *)data, size, &keyring, &fault);

	if (rc == 0) {
		MUST(keyring.damaged <= size + 1);
		check_keyring(&keyring);
		check_signing(&keyring);
	} else {
		MUST(rc == -EINVAL && keyring.count == 0);
		MUST(fault.text[0] != '\0');
		MUST(memchr(fault.text, '\0', sizeof(fault.text)) != NULL);
		MUST(fault.line <= size + 1);
	}
	bs_keyring_wipe(&keyring);
	return 0;
}
