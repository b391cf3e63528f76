/* Which DNS servers are asked: those that are named, or the system's. */
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/dns/servers.h"

#define RESOLV_CONF "/etc/resolv.conf"
#define PORT "53"

/* Long enough for an address with its scope and port. */
#define TEXT_MAX 128

static int
to_address(const char *host, const char *port, struct bs_dns_server *out)
{
	const struct addrinfo hints = {
	    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	    .ai_socktype = SOCK_DGRAM,
	};
	struct addrinfo *found = NULL;

	if (getaddrinfo(host, port, &hints, &found) != 0)
		return -EINVAL;
	memset(out, 0, sizeof(*out));
	memcpy(&out->address, found->ai_addr, found->ai_addrlen);
	out->len = found->ai_addrlen;
	freeaddrinfo(found);
	return 0;
}

/* Takes text apart in place. */
static int
parse_one(char *text, struct bs_dns_server *out)
{
	char *colon = strchr(text, ':');
	char *end;

	if (text[0] == '[') {
		if ((end = strchr(text, ']')) == NULL ||
		    (end[1] != '\0' && end[1] != ':'))
			return -EINVAL;
		*end = '\0';
		return to_address(text + 1, end[1] == ':' ? end + 2 : PORT,
		    out);
	}
	/* more than one colon: a bare address of IPv6 */
	if (colon == NULL || strchr(colon + 1, ':') != NULL)
		return to_address(text, PORT, out);
	*colon = '\0';
	return to_address(text, colon + 1, out);
}

int
bs_dns_servers_parse(const char *list,
    struct bs_dns_server out[static BS_DNS_SERVERS_MAX])
{
	char text[TEXT_MAX];
	int count = 0;

	while (*list != '\0') {
		size_t len = strcspn(list, ",");

		if (len >= sizeof(text) || count == BS_DNS_SERVERS_MAX)
			return -EINVAL;
		memcpy(text, list, len);
		text[len] = '\0';
		if (parse_one(text, &out[count]) != 0)
			return -EINVAL;
		count++;
		list += len;
		if (*list == ',')
			list++;
	}
	return count;
}

/* The address of a line "nameserver ADDRESS"; else NULL. */
static const char *
nameserver(char *line)
{
	static const char blanks[] = " \t\r\n";
	char *word = strsep(&line, blanks);

	if (word == NULL || strcmp(word, "nameserver") != 0 || line == NULL)
		return NULL;
	line += strspn(line, blanks);
	line[strcspn(line, blanks)] = '\0';
	return line;
}

int
bs_dns_servers_read(struct bs_dns_server out[static BS_DNS_SERVERS_MAX])
{
	FILE *file = fopen(RESOLV_CONF, "re");
	char *line = NULL;
	size_t size = 0;
	int count = 0;

	while (file != NULL && count < BS_DNS_SERVERS_MAX &&
	       getline(&line, &size, file) > 0) {
		const char *address = nameserver(line);

		if (address != NULL &&
		    to_address(address, PORT, &out[count]) == 0)
			count++;
	}
	free(line);
	if (file != NULL)
		(void)fclose(file);
	if (count == 0 && to_address("127.0.0.1", PORT, &out[0]) == 0)
		count = 1;
	return count;
}

uint16_t
bs_dns_server_port(const struct bs_dns_server *server)
{
	struct sockaddr_in6 six;
	struct sockaddr_in four;

	if (server->address.ss_family == AF_INET6) {
		memcpy(&six, &server->address, sizeof(six));
		return ntohs(six.sin6_port);
	}
	memcpy(&four, &server->address, sizeof(four));
	return ntohs(four.sin_port);
}
