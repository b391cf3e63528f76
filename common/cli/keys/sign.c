/* backstop sign: the signed return path of an address, recorded as issued. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/cli/load.h"
#include "common/cli/cli.h"
#include "common/cli/keys/sign.h"
#include "common/cli/output.h"
#include "common/cli/store/child.h"
#include "common/keys/tag.h"
#include "common/store/lmdb.h"

/* What came of it: reason is _NONE where there is a tag. */
struct signing {
	const char *plain;
	char signed_address[BS_ADDRESS_MAX];
	enum bs_reason reason;
	struct bs_tag_key key; /* sender is not set yet */
};

struct recording {
	uint8_t store_key[BS_STORE_KEY_LEN];
	struct bs_tag_key key;
	int64_t now;
};

/* In words, where the word for logs says too little. */
static const char *
reason_text(enum bs_reason reason)
{
	switch (reason) {
	case BS_REASON_NOT_OURS:
		return "its domain is not among 'domains'";
	case BS_REASON_EXEMPT:
		return "'exempt' names it";
	case BS_REASON_QUOTED:
		return "its local part is quoted";
	case BS_REASON_NON_ASCII:
		return "it is not all ASCII";
	case BS_REASON_TOO_LONG:
		return "its local part leaves no room for a tag";
	case BS_REASON_SOURCE_ROUTE:
		return "it has a source route";
	case BS_REASON_NO_DOMAIN:
		return "it has no domain";
	case BS_REASON_TAGGED:
		return "it bears a tag already";
	case BS_REASON_FOREIGN_TAG:
		return "it bears somebody else's tag";
	case BS_REASON_NO_KEY:
		return "no key is active; type: backstop key add, then: "
		       "backstop key activate K";
	default:
		return bs_reason_word(reason);
	}
}

/* Why an address cannot be signed whatever the keys, or _NONE. */
static enum bs_reason
obstacle(const struct bs_domain *domain, const struct bs_address *address)
{
	char canonical[BS_ADDRESS_MAX];
	enum bs_reason why = bs_tag_obstacle(address);

	if (why != BS_REASON_NONE)
		return why;
	if (domain == NULL)
		return BS_REASON_NOT_OURS;
	if (bs_address_canonical(address, canonical, sizeof(canonical)) != 0)
		return BS_REASON_TOO_LONG;
	return bs_domain_exempts(domain, canonical) ? BS_REASON_EXEMPT
						    : BS_REASON_NONE;
}

/* Returns 0, or an exit status after the complaint. */
static int
sign(const struct bs_call *call, const struct bs_config *config,
    const struct bs_address *address, struct signing *out)
{
	const struct bs_domain *domain =
	    bs_config_domain(config, address->domain, address->domain_len);
	struct bs_tag tag = {.plain = *address};
	struct bs_keyring keyring;
	uint32_t today = bs_day_of(call->now);
	int rc;

	if ((out->reason = obstacle(domain, address)) != BS_REASON_NONE)
		return 0;
	if ((rc = bs_load_keyring(config, &keyring)) != 0)
		return rc;
	tag.form = domain->form;
	rc = bs_keyring_sign(&keyring, &tag, today, config->lifetime_days);
	bs_keyring_wipe(&keyring);
	if (rc == -ENOKEY)
		out->reason = BS_REASON_NO_KEY;
	else if (rc != 0 || bs_tag_write(&tag, out->signed_address,
				sizeof(out->signed_address)) != 0)
		out->reason = BS_REASON_TOO_LONG;
	out->key.key = (uint8_t)tag.key;
	out->key.day = today + config->lifetime_days;
	return 0;
}

/* In the child: writes the records that the engine would have written. */
static int
write_records(const struct bs_child *child)
{
	const struct recording *recording = child->context;
	struct bs_change changes[2];
	struct bs_store *store = NULL;
	int rc;

	bs_change_tag(&changes[0], &recording->key, recording->now);
	changes[0].tag.issued = 1;
	changes[0].tag.first_use = recording->now;
	bs_change_note(&changes[1], recording->key.sender, BS_NOTE_SIGNS,
	    bs_day_of(recording->now));
	rc = bs_store_open(child->folder, BS_STORE_WRITE, &store);
	if (rc == 0 &&
	    (rc = bs_meta_claim_key(store, recording->store_key)) == 0)
		rc = bs_store_apply(store, changes, 2);
	bs_store_close(store);
	return rc;
}

/* The tag is valid without its record, but a bounce to it may be judged as
 * never issued: a warning says so. */
static void
record(const struct bs_call *call, const struct bs_config *config,
    const struct bs_address *address, const struct signing *signing)
{
	struct bs_state_folder_paths paths = {0};
	struct recording recording = {.key = signing->key, .now = call->now};
	struct bs_child child = {.run = write_records, .context = &recording};
	struct bs_fault fault = {0};
	char canonical[BS_ADDRESS_MAX];
	int rc;

	if ((rc = bs_state_folder_paths(config->state, &paths)) == 0 &&
	    (rc = bs_address_canonical(address, canonical,
		 sizeof(canonical))) == 0 &&
	    (rc = bs_state_folder_store_key(paths.store_key,
		 recording.store_key, &fault)) == 0) {
		bs_mac_hash(recording.store_key, canonical, strlen(canonical),
		    recording.key.sender);
		child.folder = paths.store;
		rc = bs_child_run(&child);
	}
	bs_mac_wipe(recording.store_key, sizeof(recording.store_key));
	if (rc == 0)
		return;
	bs_complain("warning: the tag is valid, but was not recorded as "
		    "issued: %s: %s",
	    fault.text[0] != '\0' ? paths.store_key : paths.store,
	    fault.text[0] != '\0' ? fault.text : bs_store_error(rc));
}

static void
print_json(const struct signing *signing)
{
	struct bs_json *json = bs_json_object();
	char day[BS_TIME_TEXT];

	bs_json_text(json, "address", signing->plain);
	if (signing->reason == BS_REASON_NONE) {
		bs_json_text(json, "signed", signing->signed_address);
		bs_json_number(json, "key", signing->key.key);
		bs_json_text(json, "expires",
		    bs_day_text(signing->key.day, day));
	} else {
		bs_json_null(json, "signed");
		bs_json_null(json, "key");
		bs_json_null(json, "expires");
	}
	bs_json_text(json, "reason",
	    signing->reason == BS_REASON_NONE
		? NULL
		: bs_reason_word(signing->reason));
	bs_json_print(json);
}

int
bs_cmd_sign(const struct bs_call *call)
{
	struct signing signing = {0};
	struct bs_address address;
	struct bs_config *config;
	char plain[BS_ADDRESS_MAX];
	int status;

	if ((status = bs_load_address(call->words[0], &address)) != 0 ||
	    (status = bs_load_config(call, &config)) != 0)
		return status;
	if (bs_address_write(&address, plain, sizeof(plain)) == 0)
		signing.plain = plain;
	if ((status = sign(call, config, &address, &signing)) != 0)
		goto out;
	if (signing.reason == BS_REASON_NONE && !call->has_at &&
	    !call->no_record)
		record(call, config, &address, &signing);
	if (call->json)
		print_json(&signing);
	else if (signing.reason == BS_REASON_NONE)
		bs_print(stdout, "%s\n", signing.signed_address);
	if (signing.reason != BS_REASON_NONE) {
		bs_complain("%s is not signed: %s", plain,
		    reason_text(signing.reason));
		status = BS_EXIT_NO;
	}
out:
	bs_config_free(config);
	return status;
}
