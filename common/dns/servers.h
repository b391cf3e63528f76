/* Which DNS servers are asked: those that are named, or the system's. */
#ifndef BS_DNS_SERVERS_H
#define BS_DNS_SERVERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sys/socket.h>

#include "common/base/backstop.h"

#define BS_DNS_SERVERS_MAX 8

struct bs_dns_server {
	struct sockaddr_storage address;
	socklen_t len;
};

/* Reads "address", "address:port" or "[v6]:port", with commas between them.
 * Returns how many there are, or -EINVAL where one of them is malformed. */
BS_MUST_USE int bs_dns_servers_parse(const char *list,
    struct bs_dns_server out[static BS_DNS_SERVERS_MAX]);

#define BS_RESOLV_CONF "/etc/resolv.conf"
#define BS_DNS_ATTEMPTS_MAX 5

/* What resolv.conf(5) says of how to ask. */
struct bs_dns_options {
	unsigned timeout_ms; /* of the first try */
	unsigned attempts;   /* at each server */
	bool rotate;	     /* not always the same server first */
	bool use_tcp;	     /* use-vc */
};

/* The nameservers of a file like resolv.conf(5), and of its options those that
 * it sets; this host where it names none, or cannot be read. Returns how many
 * there are. */
BS_MUST_USE int bs_dns_servers_read(const char *path,
    struct bs_dns_server out[static BS_DNS_SERVERS_MAX],
    struct bs_dns_options *options);

uint16_t bs_dns_server_port(const struct bs_dns_server *server);

#endif
