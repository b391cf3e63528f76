/* Any octets as smtpd.conf: what is told of it are texts that end, at places
 * that exist, however often it includes itself. */
#include <string.h>

#include "common/cli/doctor/smtpd_conf.h"
#include "tests/fuzz/fuzz.h"

struct input {
	const char *text;
	size_t size;
	unsigned depth;
};

static void
include(void *context, struct bs_smtpd_conf *conf, const char *path)
{
	struct input *input = context;

	MUST(path != NULL);
	if (input->depth == 2)
		return;
	input->depth++;
	bs_smtpd_read(conf, input->depth, input->text, input->size, include,
	    input);
}

static void
check_text(const char *text, size_t size)
{
	MUST(memchr(text, '\0', size) != NULL);
}

static void
check_filter(const struct bs_smtpd_conf *conf,
    const struct bs_smtpd_filter *filter)
{
	char mode[BS_SMTPD_NAME];

	check_text(filter->name, sizeof(filter->name));
	check_text(filter->command, sizeof(filter->command));
	check_text(filter->user, sizeof(filter->user));
	check_text(filter->group, sizeof(filter->group));
	MUST(filter->member_count <= BS_SMTPD_MEMBERS);
	MUST(filter->place.line > 0 && filter->place.file <= 2);
	(void)bs_smtpd_program(conf, filter);
	if (bs_smtpd_mode(filter->command, mode))
		MUST(bs_smtpd_is_ours(filter->command) && mode[0] != '\0');
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct bs_smtpd_conf conf;
	struct input input = {.text = (const char *)data, .size = size};

	bs_smtpd_begin(&conf);
	bs_smtpd_read(&conf, 0, input.text, size, include, &input);
	MUST(conf.filter_count <= BS_SMTPD_FILTERS);
	MUST(conf.listener_count <= BS_SMTPD_LISTENERS);
	MUST(conf.refusal_count <= BS_SMTPD_REFUSALS);
	MUST(conf.macros.count <= BS_SMTPD_MACROS);
	for (size_t i = 0; i < conf.filter_count; i++)
		check_filter(&conf, &conf.filters[i]);
	for (size_t i = 0; i < conf.listener_count; i++) {
		const struct bs_smtpd_listener *listener = &conf.listeners[i];

		check_text(listener->where, sizeof(listener->where));
		check_text(listener->port, sizeof(listener->port));
		MUST(listener->filter_count <= BS_SMTPD_MEMBERS);
		MUST(!bs_smtpd_is_public(listener) || !listener->is_socket);
	}
	return 0;
}
