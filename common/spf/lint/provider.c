/* Providers of mail that many domains use, and the name that each tells its
 * customers to include. */
#include <stdbool.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/spf/lint/provider.h"

/* By their own manuals. One with several kinds of hosts has several rows. */
static const struct bs_spf_provider providers[] = {
    {"Google Workspace", "google", "_spf.google.com", "google.com"},
    {"Google Workspace", "gmail", "_spf.google.com", "googlemail.com"},
    {"Microsoft 365", "microsoft", "spf.protection.outlook.com",
	"mail.protection.outlook.com"},
    {"Microsoft 365", "outlook", "spf.protection.outlook.com", "mx.microsoft"},
    {"Microsoft 365", "office 365", "spf.protection.outlook.com",
	"mail.eo.outlook.com"},
    {"Apple iCloud", "icloud", "icloud.com", "mail.icloud.com"},
    {"Fastmail", "fastmail", "spf.messagingengine.com", "messagingengine.com"},
    {"Proton Mail", "proton", "_spf.protonmail.ch", "protonmail.ch"},
    {"Zoho Mail", "zoho", "zohomail.com", "zoho.com"},
    {"Zoho Mail", "zoho eu", "zohomail.eu", "zoho.eu"},
    {"Yandex 360", "yandex", "_spf.yandex.net", "yandex.net"},
    {"Yandex 360", "yandex 360", "_spf.yandex.net", "yandex.ru"},
    {"Mail.ru", "mail.ru", "_spf.mail.ru", "mail.ru"},
    {"mailbox.org", "mailbox.org", "mailbox.org", "mailbox.org"},
    {"Migadu", "migadu", "spf.migadu.com", "migadu.com"},
    {"Infomaniak", "infomaniak", "spf.infomaniak.ch", "infomaniak.ch"},
    {"Gandi", "gandi", "_mailcust.gandi.net", "mail.gandi.net"},
    {"OVHcloud", "ovh", "mx.ovh.com", "mail.ovh.net"},
    {"IONOS", "ionos", "_spf-eu.ionos.com", "kundenserver.de"},
    {"IONOS", "1und1", "_spf-eu.ionos.com", "ionos.de"},
    {"IONOS", "1and1", "_spf-us.ionos.com", "ionos.com"},
    {"STRATO", "strato", "_spf.strato.com", "rzone.de"},
    {"ALL-INKL", "all-inkl", "spf.kasserver.com", "kasserver.com"},
    {"Hostinger", "hostinger", "_spf.mail.hostinger.com", "hostinger.com"},
    {"GoDaddy", "godaddy", "secureserver.net", "secureserver.net"},
    {"Namecheap Private Email", "namecheap", "spf.privateemail.com",
	"privateemail.com"},
    {"Rackspace Email", "rackspace", "emailsrvr.com", "emailsrvr.com"},
    {"Titan", "titan", "spf.titan.email", "titan.email"},
    {"Mailgun", "mailgun", "mailgun.org", "mailgun.org"},
    {"SendGrid", "sendgrid", "sendgrid.net", "sendgrid.net"},
    {"Amazon SES", "amazon ses", "amazonses.com", "amazonaws.com"},
    {"Amazon SES", "amazon", "amazonses.com", NULL},
    {"Amazon SES", "ses", "amazonses.com", NULL},
    {"Mailchimp", "mailchimp", "servers.mcsv.net", NULL},
    {"Mandrill", "mandrill", "spf.mandrillapp.com", NULL},
    {"Mailjet", "mailjet", "spf.mailjet.com", NULL},
    {"Brevo", "brevo", "spf.brevo.com", NULL},
    {"Brevo", "sendinblue", "spf.brevo.com", NULL},
    {"Postmark", "postmark", "spf.mtasv.net", NULL},
    {"SparkPost", "sparkpost", "sparkpostmail.com", NULL},
    {"Constant Contact", "constant contact", "spf.constantcontact.com", NULL},
    {"Salesforce", "salesforce", "_spf.salesforce.com", NULL},
    {"Zendesk", "zendesk", "mail.zendesk.com", NULL},
    {"Freshdesk", "freshdesk", "email.freshdesk.com", NULL},
    {"Help Scout", "help scout", "helpscoutemail.com", NULL},
    {"Shopify", "shopify", "shops.shopify.com", NULL},
};
#define PROVIDERS (sizeof(providers) / sizeof(providers[0]))

static bool
is_same(const char *a, const char *b)
{
	size_t len = strlen(a);

	return len == strlen(b) && bs_ascii_same(a, b, len);
}

/* Whether a host is a name or stands below it. */
static bool
is_at(const char *host, const char *name)
{
	size_t len = strlen(host);
	size_t end = strlen(name);

	return len >= end && bs_ascii_same(host + len - end, name, end) &&
	       (len == end || host[len - end - 1] == '.');
}

const struct bs_spf_provider *
bs_spf_provider_of_host(const char *host)
{
	for (size_t i = 0; i < PROVIDERS; i++)
		if (providers[i].hosts != NULL &&
		    is_at(host, providers[i].hosts))
			return &providers[i];
	return NULL;
}

const struct bs_spf_provider *
bs_spf_provider_of_include(const char *name)
{
	for (size_t i = 0; i < PROVIDERS; i++)
		if (is_same(name, providers[i].include))
			return &providers[i];
	return NULL;
}

const struct bs_spf_provider *
bs_spf_provider_typed(const char *text)
{
	for (size_t i = 0; i < PROVIDERS; i++)
		if (is_same(text, providers[i].name) ||
		    is_same(text, providers[i].short_name))
			return &providers[i];
	return NULL;
}

const struct bs_spf_provider *
bs_spf_provider_at(size_t n)
{
	for (size_t i = 0; i < PROVIDERS; i++)
		if (bs_spf_provider_of_include(providers[i].include) ==
			&providers[i] &&
		    n-- == 0)
			return &providers[i];
	return NULL;
}
