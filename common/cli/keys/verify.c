/* backstop verify: whether the tag of an address is valid. */
#include <stdio.h>
#include <string.h>

#include "common/cli/load.h"
#include "common/cli/cli.h"
#include "common/cli/keys/verify.h"
#include "common/cli/output.h"
#include "common/cli/store/look.h"
#include "common/keys/tag.h"

static const struct {
	const char *text;
	int status;
} worths[] = {
    [BS_TAG_VALID] = {"signed here, not expired", BS_EXIT_YES},
    [BS_TAG_GRACE] = {"signed here, expired a few days ago", BS_EXIT_YES},
    [BS_TAG_STALE] = {"signed here, expired", BS_EXIT_NO},
    [BS_TAG_BAD] = {"not signed here", BS_EXIT_NO},
    [BS_TAG_UNKNOWN] =
	{"no key here can tell: it is unknown, revoked or younger than the tag, "
	 "or a clock was wrong when it signed",
	    BS_EXIT_UNKNOWN},
    [BS_TAG_NONE] = {"bears no tag", BS_EXIT_UNKNOWN},
    [BS_TAG_FOREIGN] = {"bears somebody else's tag", BS_EXIT_UNKNOWN},
};

struct verdict {
	enum bs_tag_fact fact;
	bool is_ours; /* key and day are set */
	unsigned key;
	uint32_t day;
	char address[BS_ADDRESS_MAX];
};

/* Returns 0, or an exit status after the complaint. */
static int
judge(const struct bs_call *call, const struct bs_config *config,
    const struct bs_address *address, struct verdict *out)
{
	struct bs_keyring keyring;
	struct bs_tag tag;
	enum bs_tag_shape shape = bs_tag_parse(address, &tag);
	uint32_t today = bs_day_of(call->now);
	unsigned lifetime_days;
	int status;

	out->fact = BS_TAG_FOREIGN;
	if (shape == BS_SHAPE_PLAIN)
		out->fact = BS_TAG_NONE;
	if (shape != BS_SHAPE_OURS || bs_config_domain(config, address->domain,
					  address->domain_len) == NULL)
		return bs_exit_of(bs_address_write(address, out->address,
		    sizeof(out->address)));
	if ((status = bs_load_keyring(config, &keyring)) != 0)
		return status;
	lifetime_days = bs_look_for_lifetime(config, call->now);
	out->fact = bs_keyring_verify(&keyring, &tag, today, lifetime_days);
	out->is_ours = true;
	out->key = tag.key;
	out->day = bs_keyring_expiry(&keyring, &tag, today, lifetime_days);
	bs_keyring_wipe(&keyring);
	return bs_exit_of(
	    bs_address_write(&tag.plain, out->address, sizeof(out->address)));
}

static void
print_json(const struct verdict *verdict, const char *day)
{
	struct bs_json *json = bs_json_object();

	bs_json_text(json, "tag", bs_tag_fact_name(verdict->fact));
	bs_json_text(json, "address", verdict->address);
	if (verdict->is_ours) {
		bs_json_number(json, "key", verdict->key);
		bs_json_text(json, "expires", day);
	} else {
		bs_json_null(json, "key");
		bs_json_null(json, "expires");
	}
	bs_json_print(json);
}

static void
print_text(const struct verdict *verdict, const char *day)
{
	bs_print(stdout, "%s: %s", bs_tag_fact_name(verdict->fact),
	    verdict->address);
	if (verdict->is_ours)
		bs_print(stdout, ", key %u, expires %s", verdict->key, day);
	bs_print(stdout, " (%s)\n", worths[verdict->fact].text);
}

int
bs_cmd_verify(const struct bs_call *call)
{
	struct verdict verdict = {0};
	struct bs_address address;
	struct bs_config *config;
	char day[BS_TIME_TEXT];
	int status;

	if ((status = bs_load_address(call->words[0], &address)) != 0 ||
	    (status = bs_load_config(call, &config)) != 0)
		return status;
	if ((status = judge(call, config, &address, &verdict)) == 0) {
		bs_day_text(verdict.day, day);
		if (call->json)
			print_json(&verdict, day);
		else
			print_text(&verdict, day);
		status = worths[verdict.fact].status;
	}
	bs_config_free(config);
	return status;
}
