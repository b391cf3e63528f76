/* The prvs tag of draft-levine-smtp-batv-01: reads and writes it. */
#ifndef BS_KEYS_TAG_H
#define BS_KEYS_TAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/mail/address.h"
#include "common/policy/reason.h"

#define BS_TAG_MAC_LEN 3
#define BS_TAG_DIGITS 10 /* KDDDSSSSSS */

/* What the MAC is taken over: K, DDD and an address of at most
 * BS_ADDRESS_MAX - 1 octets, with its NUL. */
#define BS_TAG_INPUT_MAX (4 + BS_ADDRESS_MAX)

enum bs_tag_form {
	BS_FORM_PRVS,	    /* prvs=KDDDSSSSSS=alice@example.org */
	BS_FORM_SUBADDRESS, /* alice+prvs=KDDDSSSSSS@example.org */
};

/* What a local part is by its form alone. */
enum bs_tag_shape {
	BS_SHAPE_PLAIN,	  /* no tag of any dialect */
	BS_SHAPE_OURS,	  /* our form; domain and MAC say whose it is */
	BS_SHAPE_FOREIGN, /* another dialect, SRS, or a malformed prvs */
};

struct bs_tag {
	enum bs_tag_form form;
	unsigned key;	 /* K, 0 to 9 */
	unsigned digits; /* DDD, 0 to 999: when it expires */
	uint8_t mac[BS_TAG_MAC_LEN];
	struct bs_address plain; /* a view into what was parsed */
};

/* Looks for a tag in an address. *out is set for BS_SHAPE_OURS alone and
 * views the same text as the address. */
enum bs_tag_shape bs_tag_parse(const struct bs_address *address,
    struct bs_tag *out);

/* Writes what the MAC is over: K, DDD and local@domain of tag->plain, in
 * lower case unless as_is. Returns its length or -EMSGSIZE. */
BS_MUST_USE int bs_tag_mac_input(const struct bs_tag *tag, bool as_is,
    char out[static BS_TAG_INPUT_MAX]);

/* Writes the tagged address of tag->plain, in tag->form, and a NUL.
 * Returns 0 or -EMSGSIZE. */
BS_MUST_USE int bs_tag_write(const struct bs_tag *tag, char *out, size_t size);

/* Why an address cannot carry a tag, or _NONE if it can: it is quoted, not
 * ASCII, too long, has a source route, no domain, or a tag already. */
enum bs_reason bs_tag_obstacle(const struct bs_address *address);

#endif
