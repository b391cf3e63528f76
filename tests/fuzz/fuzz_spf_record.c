/* Any octets as an SPF record: what its terms say lies within it. */
#include <errno.h>
#include <string.h>

#include "common/pure/spf_macro.h"
#include "common/pure/spf_record.h"
#include "tests/fuzz/fuzz.h"

static void
check_term(const struct bs_spf_term *term, const char *text, size_t size)
{
	size_t column;

	MUST(term->len > 0 && term->len <= BS_SPF_TERM_MAX);
	MUST(term->text >= text && term->text + term->len <= text + size);
	MUST(term->prefix4 <= 32 && term->prefix6 <= 128);
	if (term->domain == NULL)
		return;
	MUST(term->domain >= term->text);
	MUST(term->domain + term->domain_len <= term->text + term->len);
	MUST(bs_spf_macro_is(term->domain, term->domain_len, false, &column));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct bs_spf_record record;
	struct bs_spf_fault fault;
	struct bs_spf_term term;
	size_t calls = 0;
	int rc;

	if (!bs_spf_record_is(text, size))
		return 0;
	bs_spf_record_begin(&record, text, size);
	while ((rc = bs_spf_record_next(&record, &term, &fault)) != 0) {
		MUST(++calls <= size);
		if (rc == BS_SPF_TERM) {
			check_term(&term, text, size);
			continue;
		}
		MUST(rc == -EINVAL);
		MUST(fault.column <= size);
		MUST(memchr(fault.text, '\0', sizeof(fault.text)) != NULL);
		MUST(fault.text[0] != '\0');
	}
	return 0;
}
