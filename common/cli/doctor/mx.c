/* backstop doctor --ask-mx: whether all MXs of our domains know our tags. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "common/cli/doctor/mx.h"
#include "common/cli/spf/lookup.h"
#include "common/cli/doctor/smtp_ask.h"
#include "common/cli/spf/tree.h"
#include "common/base/monotonic.h"

/* How many hosts of a domain and addresses of a host are asked, and for how
 * long in all. */
#define HOSTS_MAX 10
#define ADDRESSES_MAX 2
#define ALL_MS (90 * 1000)

struct visit {
	struct bs_doctor *doctor;
	struct bs_lookup *lookup;
	const char *domain;
	char tagged[BS_ADDRESS_MAX];
	char plain[BS_ADDRESS_MAX];
	int64_t until; /* of the monotonic clock */
};

/* Everybody has a postmaster (RFC 5321 §4.5.1). The tag is not recorded: no
 * mail bears it. Returns 0 or -errno. */
static int
make_tag(struct visit *visit, const struct bs_domain *domain)
{
	const struct bs_doctor *doctor = visit->doctor;
	struct bs_tag tag = {.form = domain->form};
	int rc;

	snprintf(visit->plain, sizeof(visit->plain), "postmaster@%s",
	    domain->name);
	rc = bs_address_parse(visit->plain, strlen(visit->plain), &tag.plain);
	if (rc == 0)
		rc = bs_keyring_sign(&doctor->keyring, &tag,
		    bs_day_of(doctor->call->now),
		    doctor->config->lifetime_days);
	if (rc == 0)
		rc = bs_tag_write(&tag, visit->tagged, sizeof(visit->tagged));
	return rc;
}

static void
tell(const struct visit *visit, const char *host,
    const struct bs_smtp_asked *asked)
{
	struct bs_doctor *doctor = visit->doctor;

	if (asked->codes[0] / 100 == 2)
		bs_doctor_good(doctor, BS_CHECK_MX_TAGS,
		    "%s: MX %s takes tagged recipients", visit->domain, host);
	else if (asked->codes[0] / 100 == 5 && asked->codes[1] / 100 == 2) {
		bs_doctor_bad(doctor, BS_CHECK_MX_TAGS,
		    "%s: MX %s does not know tags, and refuses bounces of your "
		    "mail: %s",
		    visit->domain, host, asked->reply);
		bs_doctor_fix(doctor,
		    "put Backstop on it with the same keys (type: backstop key "
		    "export), or for a backup write: form = subaddress");
	} else {
		bs_doctor_unseen(doctor, BS_CHECK_MX_TAGS, "%s: MX %s %s: %s",
		    visit->domain, host,
		    asked->codes[0] / 100 == 5
			? "refuses the plain address, too"
			: "puts off the answer",
		    asked->reply);
		bs_doctor_fix(doctor, "ask again later");
	}
}

/* Addresses of a host, of either family. Returns how many. */
static size_t
find_addresses(const struct visit *visit, const char *host,
    enum bs_dns_type type, struct sockaddr_storage *out, size_t max)
{
	const struct bs_dns_answer *answer =
	    bs_lookup_ask(visit->lookup, host, type);
	uint16_t port = htons((uint16_t)visit->doctor->call->mx_port);
	const uint8_t *at = NULL;
	size_t count = 0;
	size_t len;

	while (count < max &&
	       (at = bs_dns_answer_next(answer, at, &len)) != NULL) {
		struct sockaddr_in *in4 = (struct sockaddr_in *)&out[count];
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&out[count];

		memset(&out[count], 0, sizeof(out[count]));
		if (type == BS_DNS_A && len == sizeof(in4->sin_addr)) {
			in4->sin_family = AF_INET;
			in4->sin_port = port;
			memcpy(&in4->sin_addr, at, len);
			count++;
		} else if (type == BS_DNS_AAAA &&
			   len == sizeof(in6->sin6_addr)) {
			in6->sin6_family = AF_INET6;
			in6->sin6_port = port;
			memcpy(&in6->sin6_addr, at, len);
			count++;
		}
	}
	return count;
}

static void
ask_host(const struct visit *visit, const char *host)
{
	const char *const recipients[2] = {visit->tagged, visit->plain};
	struct sockaddr_storage addresses[ADDRESSES_MAX];
	struct bs_smtp_asked asked;
	struct bs_smtp_asked first = {0};
	size_t count = find_addresses(visit, host, BS_DNS_A, addresses, 1);

	count += find_addresses(visit, host, BS_DNS_AAAA, addresses + count,
	    ADDRESSES_MAX - count);
	if (count == 0 || bs_monotonic_ms() > visit->until) {
		bs_doctor_unseen(visit->doctor, BS_CHECK_MX_TAGS,
		    "%s: MX %s %s", visit->domain, host,
		    count == 0 ? "has no address"
			       : "was not asked: time is up");
		bs_doctor_fix(visit->doctor,
		    count == 0 ? "take it out of the zone, or give it one"
			       : "ask again with fewer domains");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (bs_smtp_ask(&addresses[i], recipients, &asked) == 0) {
			tell(visit, host, &asked);
			return;
		}
		/* the first says more: the second may fail for lack of IPv6 */
		if (i == 0)
			first = asked;
	}
	bs_doctor_unseen(visit->doctor, BS_CHECK_MX_TAGS,
	    "%s: MX %s could not be asked: %s", visit->domain, host,
	    first.reply);
	bs_doctor_fix(visit->doctor, "ask again later, or from another place");
}

static void
ask_domain(struct visit *visit, const struct bs_domain *domain)
{
	const struct bs_dns_answer *answer =
	    bs_lookup_ask(visit->lookup, domain->name, BS_DNS_MX);
	char host[BS_HOST_MAX];

	visit->domain = domain->name;
	if (make_tag(visit, domain) != 0) {
		bs_doctor_unseen(visit->doctor, BS_CHECK_MX_TAGS,
		    "%s: no tag could be made to ask with", domain->name);
		return;
	}
	if (answer->status == BS_DNS_FAILED) {
		bs_doctor_unseen(visit->doctor, BS_CHECK_MX_TAGS,
		    "%s: DNS does not say its MXs", domain->name);
		return;
	}
	/* without an MX the domain itself is one (RFC 5321 §5.1) */
	if (answer->count == 0)
		ask_host(visit, domain->name);
	for (unsigned n = 0;
	     n < HOSTS_MAX && bs_dns_answer_name(answer, n, host); n++)
		if (host[0] != '\0') /* it takes no mail (RFC 7505) */
			ask_host(visit, host);
}

void
bs_doctor_mx(struct bs_doctor *doctor)
{
	const struct bs_config *config = doctor->config;
	struct visit visit = {.doctor = doctor};

	if (!doctor->call->ask_mx)
		return;
	if (!doctor->has_keyring ||
	    bs_lookup_open(doctor->call, &visit.lookup) != 0) {
		bs_doctor_unseen(doctor, BS_CHECK_MX_TAGS,
		    "MXs were not asked: that needs a key and DNS");
		bs_doctor_fix(doctor, "run as root");
		return;
	}
	visit.until = bs_monotonic_ms() + ALL_MS;
	for (size_t i = 0; i < config->domain_count; i++)
		ask_domain(&visit, &config->domains[i]);
	bs_lookup_close(visit.lookup);
}
