/* Where Exim delivers a recipient to, by its own lists of domains. */
#ifndef BS_EXIM_RELAY_H
#define BS_EXIM_RELAY_H

enum bs_relay {
	BS_RELAY_HERE,	 /* +local_domains */
	BS_RELAY_NEXT,	 /* +relay_to_domains: to the next host, for anybody */
	BS_RELAY_BEYOND, /* to all other domains, for those who may */
};

/* A list that is not defined counts as empty. */
enum bs_relay bs_relay_to(const char *recipient);

#endif
