/* Which DNS servers are asked: those that are named, or the system's. */
#include <errno.h>
#include <netdb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/ascii.h"
#include "common/dns/servers.h"

#define PORT "53"

/* resolv.conf(5): the longest timeout. */
#define TIMEOUT_MAX_S 30

/* Long enough for an address with its scope and port. */
#define TEXT_MAX 128

/* getaddrinfo() would take 65589 for 53. */
static bool
is_port(const char *text)
{
	unsigned port = 0;

	for (; bs_ascii_is_digit(*text) && port <= 65535; text++)
		port = port * 10 + (unsigned)(*text - '0');
	return *text == '\0' && port > 0 && port <= 65535;
}

static int
to_address(const char *host, const char *port, struct bs_dns_server *out)
{
	const struct addrinfo hints = {
	    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	    .ai_socktype = SOCK_DGRAM,
	};
	struct addrinfo *found = NULL;

	if (!is_port(port) || getaddrinfo(host, port, &hints, &found) != 0)
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

	for (;; list++) {
		size_t len = strcspn(list, ",");

		if (len >= sizeof(text) || count == BS_DNS_SERVERS_MAX)
			return -EINVAL;
		memcpy(text, list, len);
		text[len] = '\0';
		if (parse_one(text, &out[count]) != 0)
			return -EINVAL;
		count++;
		list += len;
		if (*list == '\0')
			return count;
	}
}

static const char blanks[] = " \t\r\n";

/* The next word of a line, or NULL; *at moves behind it. */
static char *
next_word(char **at)
{
	char *word = *at + strspn(*at, blanks);

	*at = word + strcspn(word, blanks);
	if (*word == '\0')
		return NULL;
	if (**at != '\0')
		*(*at)++ = '\0';
	return word;
}

/* Reads "NAME:NUMBER". Returns the number, least and most at its bounds; 0 for
 * another word. */
static unsigned
read_number(const char *word, const char *name, unsigned most)
{
	size_t len = strlen(name);
	unsigned number = 0;

	if (strncmp(word, name, len) != 0 || !bs_ascii_is_digit(word[len]))
		return 0;
	for (word += len; bs_ascii_is_digit(*word) && number <= most; word++)
		number = number * 10 + (unsigned)(*word - '0');
	if (*word != '\0' && !bs_ascii_is_digit(*word))
		return 0;
	return number > most ? most : number > 0 ? number : 1;
}

static void
read_option(const char *word, struct bs_dns_options *out)
{
	unsigned number;

	if ((number = read_number(word, "timeout:", TIMEOUT_MAX_S)) > 0)
		out->timeout_ms = number * 1000;
	if ((number = read_number(word, "attempts:", BS_DNS_ATTEMPTS_MAX)) > 0)
		out->attempts = number;
	if (strcmp(word, "rotate") == 0)
		out->rotate = true;
	if (strcmp(word, "use-vc") == 0)
		out->use_tcp = true;
}

int
bs_dns_servers_read(const char *path,
    struct bs_dns_server out[static BS_DNS_SERVERS_MAX],
    struct bs_dns_options *options)
{
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	int count = 0;

	while (file != NULL && getline(&line, &size, file) > 0) {
		char *at = line;
		const char *word = next_word(&at);
		bool is_server =
		    word != NULL && strcmp(word, "nameserver") == 0;
		bool is_options = word != NULL && strcmp(word, "options") == 0;

		if (is_server && count < BS_DNS_SERVERS_MAX &&
		    (word = next_word(&at)) != NULL &&
		    to_address(word, PORT, &out[count]) == 0)
			count++;
		while (is_options && (word = next_word(&at)) != NULL)
			read_option(word, options);
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
