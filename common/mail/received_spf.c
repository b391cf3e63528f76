/* Writes the Received-SPF header field (RFC 7208 §9.1). */
#include <stdbool.h>

#include "common/mail/folded.h"
#include "common/mail/received_spf.h"

/* The comment, in the words of the examples of RFC 7208 §9.1: before and behind
 * the client's address. */
static const struct {
	const char *before;
	const char *behind;
} phrases[BS_SPF_RESULTS] = {
    [BS_SPF_NONE] = {"does not say whether it designates",
	"as permitted sender"},
    [BS_SPF_NEUTRAL] = {"says nothing of", ""},
    [BS_SPF_PASS] = {"designates", "as permitted sender"},
    [BS_SPF_FAIL] = {"does not designate", "as permitted sender"},
    [BS_SPF_SOFTFAIL] = {"probably does not designate", "as permitted sender"},
    [BS_SPF_TEMPERROR] = {"could not be asked about", ""},
    [BS_SPF_PERMERROR] = {"has a faulty record about", ""},
};

/* Adds words, each as a piece of its own. */
static void
add_words(struct bs_folded *folded, const char *words)
{
	char one[2] = "";

	if (*words == '\0')
		return;
	bs_folded_piece(folded);
	for (; *words != '\0'; words++) {
		one[0] = *words;
		if (*words == ' ')
			bs_folded_piece(folded);
		else
			bs_folded_add(folded, one);
	}
}

static void
add_comment(struct bs_folded *folded, const struct bs_received_spf *spf)
{
	bs_folded_piece(folded);
	bs_folded_add(folded, "(");
	if (spf->receiver != NULL) {
		bs_folded_add_comment(folded, spf->receiver);
		bs_folded_add(folded, ":");
		bs_folded_piece(folded);
	}
	bs_folded_add(folded, "domain");
	add_words(folded, "of");
	bs_folded_piece(folded);
	bs_folded_add_comment(folded, spf->domain);
	add_words(folded, phrases[spf->result].before);
	bs_folded_piece(folded);
	bs_folded_add_comment(folded, spf->client);
	add_words(folded, phrases[spf->result].behind);
	bs_folded_add(folded, ")");
}

static void
add_pair(struct bs_folded *folded, bool is_first, const char *key,
    const char *value)
{
	if (value == NULL)
		return;
	if (!is_first)
		bs_folded_add(folded, ";");
	bs_folded_piece(folded);
	bs_folded_add(folded, key);
	bs_folded_add(folded, "=");
	bs_folded_add_value(folded, value);
}

int
bs_received_spf_write(const struct bs_received_spf *spf, char *out, size_t size)
{
	struct bs_folded folded;

	bs_folded_begin(&folded, out, size, "Received-SPF:");
	add_words(&folded, bs_spf_result_name(spf->result));
	if (spf->domain != NULL)
		add_comment(&folded, spf);
	add_pair(&folded, true, "client-ip", spf->client);
	add_pair(&folded, false, "envelope-from", spf->envelope_from);
	add_pair(&folded, false, "helo", spf->helo);
	add_pair(&folded, false, "receiver", spf->receiver);
	add_pair(&folded, false, "identity",
	    bs_spf_identity_name(spf->identity));
	add_pair(&folded, false, "mechanism", spf->mechanism);
	add_pair(&folded, false, "problem", spf->problem);
	return bs_folded_end(&folded);
}
