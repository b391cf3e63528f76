/* Any octets as Exim's configuration, as Debian's settings and as a list. */
#include <string.h>

#include "common/cli/doctor/exim_conf.h"
#include "tests/fuzz/fuzz.h"

static void
include(void *context, struct bs_exim_conf *conf, const char *path,
    bool if_exists)
{
	(void)context;
	(void)conf;
	(void)if_exists;
	MUST(memchr(path, '\n', strlen(path)) == NULL);
}

static void
check_list(const char *list, size_t len)
{
	char separator = '\0';
	char item[64];
	size_t count = 0;

	while (bs_exim_item(&list, &separator, item, sizeof(item))) {
		MUST(memchr(item, '\0', sizeof(item)) != NULL);
		MUST(++count <= len);
	}
	MUST(*list == '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bs_exim_conf conf;
	const char *text = (const char *)data;
	char value[BS_EXIM_VALUE];

	bs_exim_begin(&conf);
	bs_exim_read(&conf, 0, text, size, include, NULL);
	bs_exim_end(&conf);
	MUST(conf.refusal_count <= BS_EXIM_REFUSALS);
	MUST(memchr(conf.module, '\0', sizeof(conf.module)) != NULL);
	MUST(
	    memchr(conf.other_module, '\0', sizeof(conf.other_module)) != NULL);
	check_list(conf.relay_from_hosts, strlen(conf.relay_from_hosts));
	for (size_t i = 0; i < conf.refusal_count; i++)
		MUST(conf.refusals[i].line > 0);
	if (bs_exim_setting(text, size, "dc_relay_nets", value, sizeof(value)))
		check_list(value, strlen(value));
	return 0;
}
