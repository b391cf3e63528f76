/* Whether the texts of a backup are what the engine would read. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/cli/output.h"
#include "common/cli/store/sound.h"
#include "common/config/accepted.h"
#include "common/engine/state_folder.h"
#include "common/keys/keyring_file.h"

static int
refuse(struct bs_sound *out, enum bs_part part, const char *text)
{
	out->bad = part;
	if (text != NULL)
		snprintf(out->fault.text, sizeof(out->fault.text), "%s", text);
	return -EUCLEAN;
}

/* The engine works on without a line that is damaged, as it has mail to serve.
 * In a backup that would be a key that is lost. */
static int
check_keyring(const struct bs_part_text *part, struct bs_sound *out)
{
	struct bs_keyring keyring;
	int rc = bs_keyring_parse(part->text, part->len, &keyring, &out->fault);
	unsigned damaged = keyring.damaged;
	bool is_empty = keyring.count == 0;

	out->has_active = rc == 0 && bs_keyring_active(&keyring) != NULL;
	bs_keyring_wipe(&keyring);
	if (rc != 0)
		return refuse(out, BS_PART_KEYRING, NULL);
	if (damaged != 0) {
		out->fault.line = damaged;
		return refuse(out, BS_PART_KEYRING, "the line is damaged");
	}
	return is_empty ? refuse(out, BS_PART_KEYRING, "there is no key in it")
			: 0;
}

static int
check_accepted(const struct bs_part_text *part, struct bs_sound *out)
{
	struct bs_accepted *accepted;
	int rc;

	if (!part->is_there)
		return 0;
	if ((accepted = calloc(1, sizeof(*accepted))) == NULL)
		return -ENOMEM;
	rc = bs_accepted_parse(part->text, part->len, accepted, &out->fault);
	free(accepted);
	return rc == 0 ? 0 : refuse(out, BS_PART_ACCEPTED, NULL);
}

int
bs_sound_check(const struct bs_parts *parts, struct bs_sound *out,
    bs_config_report *report, void *context)
{
	const struct bs_part_text *part = &parts->parts[BS_PART_CONFIG];
	int rc = bs_config_parse(part->text, part->len, &out->config, report,
	    context);

	if (rc != 0)
		return rc == -ENOMEM
			   ? rc
			   : refuse(out, BS_PART_CONFIG, "it has mistakes");
	if ((rc = check_keyring(&parts->parts[BS_PART_KEYRING], out)) != 0)
		return rc;
	part = &parts->parts[BS_PART_STORE_KEY];
	if (bs_state_folder_parse_key(part->text, part->len, out->store_key) !=
	    0)
		return refuse(out, BS_PART_STORE_KEY, "it is damaged");
	return check_accepted(&parts->parts[BS_PART_ACCEPTED], out);
}

void
bs_sound_warn(const struct bs_sound *sound)
{
	if (!sound->has_active)
		bs_complain("warning: no key is active: nothing is signed; "
			    "see: backstop key list");
}

void
bs_sound_end(struct bs_sound *sound)
{
	bs_mac_wipe(sound->store_key, sizeof(sound->store_key));
	bs_config_free(sound->config);
	sound->config = NULL;
}
