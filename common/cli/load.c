/* What most subcommands begin with: configuration, keyring, an address. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#include "common/base/fault.h"
#include "common/cli/load.h"
#include "common/cli/cli.h"
#include "common/cli/output.h"
#include "common/config/read.h"
#include "common/engine/state_folder.h"
#include "common/keys/keyring_file.h"

int
bs_exit_of(int rc)
{
	switch (rc) {
	case 0:
		return BS_EXIT_YES;
	case -EACCES:
	case -EPERM:
		return EX_NOPERM;
	case -ENOENT:
		return EX_NOINPUT;
	case -EINVAL:
	case -EUCLEAN:
	case -EKEYREJECTED:
		return EX_DATAERR;
	case -ENOSPC:
	case -EIO:
		return EX_IOERR;
	default:
		return EX_OSERR;
	}
}

static void
report(void *context, const struct bs_fault *fault, bool is_warning)
{
	const char *path = context;
	char line[BS_FAULT_LINE];

	if (!is_warning)
		bs_print(stderr, "%s%s: %s\n", path, bs_fault_line(fault, line),
		    fault->text);
}

int
bs_load_config(const struct bs_call *call, struct bs_config **out)
{
	int rc = bs_config_load(call->config_path, out, report,
	    (void *)call->config_path);

	if (rc == -EINVAL)
		return EX_CONFIG;
	if (rc != 0) {
		bs_complain("%s: %s; %s", call->config_path, strerror(-rc),
		    rc == -ENOENT ? "write it (backstop.conf(5)) or name "
				    "another with -c"
		    : rc == -EACCES || rc == -EPERM
			? "run as root, or name another with -c"
			: "name another with -c");
		return bs_exit_of(rc);
	}
	return 0;
}

int
bs_read_keyring(const struct bs_config *config, struct bs_keyring *out,
    char why[static BS_KEYRING_WHY])
{
	struct bs_state_folder_paths paths;
	struct bs_fault fault = {0};
	char line[BS_FAULT_LINE];
	int rc = bs_state_folder_paths(config->state, &paths);

	why[0] = '\0';
	if (rc != 0)
		snprintf(why, BS_KEYRING_WHY, "%s: %s", config->state,
		    strerror(-rc));
	else
		rc = bs_keyring_load(paths.keyring, out, &fault);
	if (rc == 0 && out->damaged != 0)
		snprintf(why, BS_KEYRING_WHY,
		    "%s:%u: %sthe line is damaged; its key is unknown",
		    paths.keyring, out->damaged,
		    out->count > 0 ? "warning: " : "");
	if (rc == 0)
		return out->damaged != 0 && out->count == 0 ? EX_DATAERR : 0;
	if (why[0] != '\0')
		return bs_exit_of(rc);
	if (rc == -ENOENT)
		snprintf(why, BS_KEYRING_WHY,
		    "%s is not there; type: backstop init", paths.keyring);
	else if (rc == -EACCES)
		snprintf(why, BS_KEYRING_WHY,
		    "%s: keys are for root alone; run as root", paths.keyring);
	else
		snprintf(why, BS_KEYRING_WHY, "%s%s: %s", paths.keyring,
		    bs_fault_line(&fault, line), fault.text);
	return bs_exit_of(rc);
}

int
bs_load_keyring(const struct bs_config *config, struct bs_keyring *out)
{
	char why[BS_KEYRING_WHY];
	int status = bs_read_keyring(config, out, why);

	if (why[0] != '\0')
		bs_complain("%s", why);
	return status;
}

int
bs_check_store_key(const char *path, struct bs_store_key_fault *fault)
{
	uint8_t key[BS_STORE_KEY_LEN];
	struct bs_fault why = {0};
	int rc = bs_state_folder_store_key(path, key, &why);

	bs_mac_wipe(key, sizeof(key));
	fault->what[0] = '\0';
	fault->fix[0] = '\0';
	if (rc == 0)
		return 0;
	snprintf(fault->what, sizeof(fault->what), "%s: %s", path,
	    rc == -EINVAL ? "it is damaged: a key is 64 hexadecimal digits and "
			    "a newline"
			  : why.text);
	if (rc == -EACCES)
		snprintf(fault->fix, sizeof(fault->fix), "run as root");
	else if (rc == -EPERM)
		snprintf(fault->fix, sizeof(fault->fix),
		    "type: backstop doctor");
	else
		snprintf(fault->fix, sizeof(fault->fix),
		    "type: backstop restore FILE; without a backup: %s%s%s"
		    "backstop init (it sets aside the store that has lost its "
		    "key)",
		    rc == -ENOENT ? "" : "rm ", rc == -ENOENT ? "" : path,
		    rc == -ENOENT ? "" : " && ");
	return rc;
}

int
bs_load_address(const char *text, struct bs_address *out)
{
	const char *why;
	int rc = bs_address_parse(text, strlen(text), out);

	switch (rc) {
	case 0:
		return 0;
	case BS_ADDRESS_NULL:
		why = "the null reverse-path carries no tag";
		break;
	case -EMSGSIZE:
		why = "too long for an address";
		break;
	default:
		why = "not an address (as alice@example.org)";
		break;
	}
	bs_complain("'%.200s': %s", text, why);
	return EX_USAGE;
}
