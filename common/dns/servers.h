/* Which DNS servers are asked: those that are named, or the system's. */
#ifndef BS_DNS_SERVERS_H
#define BS_DNS_SERVERS_H

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

/* The nameservers of resolv.conf(5); this host where it names none, or cannot
 * be read. Returns how many there are. */
BS_MUST_USE int bs_dns_servers_read(
    struct bs_dns_server out[static BS_DNS_SERVERS_MAX]);

uint16_t bs_dns_server_port(const struct bs_dns_server *server);

#endif
