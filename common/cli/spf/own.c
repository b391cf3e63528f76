/* This host's own addresses, and what the record of a domain says of them. */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/cli/spf/flatten.h"
#include "common/cli/spf/own.h"

/* Linux tells here which addresses are temporary; getifaddrs() does not. */
#define IF_INET6 "/proc/net/if_inet6"
#define IF_INET6_TEMPORARY 0x01

/* An interface's address as a network of one address; false for addresses that
 * no other host can see. */
static bool
read_interface(const struct ifaddrs *at, struct bs_spf_net *out)
{
	const void *address = at->ifa_addr;

	*out = (struct bs_spf_net){.prefix = 32};
	if (address == NULL || (at->ifa_flags & IFF_UP) == 0)
		return false;
	if (at->ifa_addr->sa_family == AF_INET) {
		const struct sockaddr_in *in = address;

		memcpy(out->address, &in->sin_addr, 4);
		return out->address[0] != 127;
	}
	if (at->ifa_addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in = address;

		memcpy(out->address, &in->sin6_addr, 16);
		out->is_ip6 = true;
		out->prefix = 128;
		return !IN6_IS_ADDR_LOOPBACK(&in->sin6_addr) &&
		       !IN6_IS_ADDR_LINKLOCAL(&in->sin6_addr);
	}
	return false;
}

static bool
is_same(const struct bs_spf_net *a, const struct bs_spf_net *b)
{
	return a->is_ip6 == b->is_ip6 &&
	       memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

static size_t
add(struct bs_spf_own *out, size_t count, const struct bs_spf_net *net)
{
	for (size_t i = 0; i < count; i++)
		if (is_same(&out[i].net, net))
			return count;
	if (count == BS_SPF_OWN_MAX)
		return count;
	out[count] = (struct bs_spf_own){.net = *net,
	    .reserved = bs_spf_net_reserved(net)};
	return count + 1;
}

/* "20010db8... 02 40 00 01 eth0": address, index, prefix length, scope, flags,
 * all of them in hexadecimal. */
static bool
is_temporary(const char *line, struct bs_spf_net *net)
{
	const char *flags = line;

	*net = (struct bs_spf_net){.is_ip6 = true, .prefix = 128};
	for (size_t i = 0; i < 32; i++) {
		int digit = bs_ascii_hex(line[i]);

		if (digit < 0)
			return false;
		net->address[i / 2] |=
		    (uint8_t)((unsigned)digit << (i % 2 == 0 ? 4 : 0));
	}
	for (unsigned words = 0; words < 4; words++) {
		if ((flags = strchr(flags, ' ')) == NULL)
			return false;
		flags += strspn(flags, " ");
	}
	return (strtoul(flags, NULL, 16) & IF_INET6_TEMPORARY) != 0;
}

static void
mark_temporary(struct bs_spf_own *out, size_t count)
{
	FILE *file = fopen(IF_INET6, "re");
	struct bs_spf_net net;
	char line[256];

	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL) {
		if (!is_temporary(line, &net))
			continue;
		for (size_t i = 0; i < count; i++)
			if (is_same(&out[i].net, &net))
				out[i].is_temporary = true;
	}
	(void)fclose(file);
}

size_t
bs_spf_own_addresses(struct bs_spf_own out[static BS_SPF_OWN_MAX])
{
	struct ifaddrs *list = NULL;
	struct bs_spf_net net;
	size_t count = 0;

	if (getifaddrs(&list) != 0)
		return 0;
	for (const struct ifaddrs *at = list; at != NULL; at = at->ifa_next)
		if (read_interface(at, &net))
			count = add(out, count, &net);
	freeifaddrs(list);
	mark_temporary(out, count);
	return count;
}

void
bs_spf_own_check(struct bs_lookup *lookup, const char *domain,
    const struct bs_spf_own *addresses, size_t count, struct bs_spf_said *out)
{
	struct bs_spf_tree *tree = bs_spf_tree_read(lookup, domain);
	struct bs_spf_flattened flat;

	bs_spf_flatten(tree, &flat);
	for (size_t i = 0; i < count; i++) {
		out[i] = bs_spf_flattened_say(&flat, &addresses[i].net);
		/* what was cut says nothing */
		if (flat.is_too_long)
			out[i] =
			    (struct bs_spf_said){.result = BS_SPF_TEMPERROR};
	}
	bs_spf_flattened_free(&flat);
	bs_spf_tree_free(tree);
}
