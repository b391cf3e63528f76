/* One check of SPF in a child of our own, as the engine makes it. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include <event2/event.h>

#include "common/cli/load.h"
#include "common/config/read.h"
#include "common/cli/output.h"
#include "common/cli/spf/once.h"
#include "common/dns/servers.h"

/* Without a configuration: RFC 7208 §4.6.4. */
#define DEADLINE_MS 20000

struct once {
	struct event_base *base;
	struct bs_spf_finding *finding;
	struct bs_spf_trail *trail;
};

const char *
bs_spf_type_name(enum bs_dns_type type)
{
	switch (type) {
	case BS_DNS_A:
		return "A";
	case BS_DNS_AAAA:
		return "AAAA";
	case BS_DNS_CNAME:
		return "CNAME";
	case BS_DNS_MX:
		return "MX";
	case BS_DNS_PTR:
		return "PTR";
	case BS_DNS_TXT:
		return "TXT";
	case BS_DNS_SPF:
		return "SPF";
	}
	return "?";
}

static void
ignore(void *context, const struct bs_fault *fault, bool is_warning)
{
	(void)context;
	(void)fault;
	(void)is_warning;
}

int
bs_spf_servers_find(const struct bs_call *call, struct bs_spf_servers *out)
{
	bool is_default = strcmp(call->config_path, BS_CONFIG_PATH) == 0;
	struct bs_dns_server servers[BS_DNS_SERVERS_MAX];
	int status;

	memset(out, 0, sizeof(*out));
	if (call->dns != NULL) {
		if (bs_dns_servers_parse(call->dns, servers) <= 0) {
			bs_complain("--dns %.60s: no DNS server; write "
				    "192.0.2.1, 192.0.2.1:53 or "
				    "[2001:db8::1]:53",
			    call->dns);
			return EX_USAGE;
		}
		out->one = call->dns;
		out->list = &out->one;
		out->count = 1;
		/* for its other settings alone: it may be missing or faulty */
		if (bs_config_load(call->config_path, &out->config, ignore,
			NULL) != 0)
			out->config = NULL;
		return 0;
	}
	/* without a configuration the system's servers are asked */
	if (is_default && access(call->config_path, F_OK) != 0)
		return 0;
	if ((status = bs_load_config(call, &out->config)) != 0)
		return status;
	out->list = (const char *const *)out->config->spf.servers.words;
	out->count = out->config->spf.servers.count;
	return 0;
}

void
bs_spf_servers_free(struct bs_spf_servers *servers)
{
	bs_config_free(servers->config);
}

static void
on_step(void *context, const struct bs_spf_step *step)
{
	struct bs_spf_trail *trail = ((struct once *)context)->trail;
	struct bs_spf_step *grown =
	    reallocarray(trail->steps, trail->count + 1, sizeof(*grown));

	if (grown == NULL)
		return; /* out of memory: it is shown without this step */
	grown[trail->count++] = *step;
	trail->steps = grown;
}

static void
on_done(void *context, const struct bs_spf_finding *finding)
{
	struct once *once = context;

	*once->finding = *finding;
	(void)event_base_loopbreak(once->base);
}

static int
run(struct once *once, struct bs_spf *spf, const struct bs_spf_query *query)
{
	int status = EX_OSERR;
	/* a child that ends early must not end us */
	void (*before)(int) = signal(SIGPIPE, SIG_IGN);

	if ((once->base = event_base_new()) != NULL &&
	    bs_spf_attach(spf, once->base) == 0 &&
	    bs_spf_trace(spf, query, on_done, on_step, once) != NULL) {
		(void)event_base_dispatch(once->base);
		status = 0;
	}
	bs_spf_free(spf);
	if (once->base != NULL)
		event_base_free(once->base);
	(void)signal(SIGPIPE, before);
	if (status != 0)
		bs_complain("out of memory");
	return status;
}

/* As in the engine. */
static unsigned
deadline_ms(const struct bs_config *config)
{
	return config == NULL ? DEADLINE_MS
			      : config->spf.deadline_seconds * 1000;
}

int
bs_spf_once(const struct bs_call *call, struct bs_spf_query *query,
    struct bs_spf_finding *finding, struct bs_spf_trail *trail)
{
	struct once once = {.finding = finding, .trail = trail};
	struct bs_spf_settings settings = {.user = BS_SPF_USER};
	struct bs_spf_servers servers;
	struct bs_spf *spf;
	int status;
	int rc;

	if ((status = bs_spf_servers_find(call, &servers)) != 0)
		return status;
	if (query->deadline_ms == 0)
		query->deadline_ms = deadline_ms(servers.config);
	settings.servers = servers.list;
	settings.server_count = servers.count;
	if ((rc = bs_spf_start(&settings, &spf)) != 0) {
		bs_complain("no process for the check: %s", strerror(-rc));
		status = EX_OSERR;
	} else {
		status = run(&once, spf, query);
	}
	bs_spf_servers_free(&servers);
	return status;
}
