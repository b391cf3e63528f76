/* Any octets as what Exim prints of its configuration, and as a list of hosts.
 */
#include <stdlib.h>
#include <string.h>

#include "common/cli/doctor/exim_conf.h"
#include "tests/fuzz/fuzz.h"

static void
check_list(const char *list, size_t len)
{
	char separator = '\0';
	char item[64];
	size_t count = 0;

	while (bs_exim_host_next(&list, &separator, item, sizeof(item))) {
		MUST(memchr(item, '\0', sizeof(item)) != NULL);
		MUST(++count <= len);
	}
	MUST(*list == '\0');
}

/* A view lies in the text, and ends there. */
static void
check_view(const char *view, const char *text, size_t size)
{
	if (view == NULL)
		return;
	MUST(view >= text && view <= text + size);
	MUST(view + strlen(view) <= text + size);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bs_exim_conf conf;
	char *text = malloc(size + 1);

	if (text == NULL)
		return 0;
	memcpy(text, data, size);
	bs_exim_conf_read(&conf, text, size);
	check_view(conf.main_file, text, size);
	check_view(conf.folder, text, size);
	check_view(conf.local_scan_path, text, size);
	check_view(conf.relay_from_hosts, text, size);
	check_view(conf.local_domains, text, size);
	check_view(conf.relay_to_domains, text, size);
	check_view(conf.local_interfaces, text, size);
	check_view(conf.primary_hostname, text, size);
	check_view(conf.qualify_domain, text, size);
	MUST(conf.file_count <= BS_EXIM_FILES);
	for (size_t i = 0; i < conf.file_count; i++)
		check_view(conf.files[i], text, size);
	MUST(conf.bare_count <= BS_EXIM_TRANSPORTS);
	for (size_t i = 0; i < conf.bare_count; i++) {
		check_view(conf.bare[i], text, size);
		(void)bs_exim_uses(&conf, conf.bare[i]);
	}
	MUST(conf.refusal_count <= BS_EXIM_REFUSALS);
	for (size_t i = 0; i < conf.refusal_count; i++) {
		check_view(conf.refusals[i].acl, text, size);
		check_view(conf.refusals[i].file, text, size);
	}
	if (conf.relay_from_hosts != NULL)
		check_list(conf.relay_from_hosts,
		    strlen(conf.relay_from_hosts));
	free(text);
	return 0;
}
