/* Any octets as an SPF record: what its terms say, and what is remarked on
 * them, lies within it. As strings of a TXT record, and as a line of a zone
 * file, too. */
#include <errno.h>
#include <string.h>

#include "common/spf/lint/advice.h"
#include "common/spf/lint/zone.h"
#include "common/spf/macro.h"
#include "common/spf/record.h"
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

/* The octets as a line of a zone file: its strings fill what is said. */
static void
read_zone(const char *text, size_t size)
{
	char line[1024];
	uint8_t strings[256];
	size_t at = 0;
	int len;

	size = size < sizeof(line) ? size : sizeof(line) - 1;
	memcpy(line, text, size);
	line[size] = '\0';
	len = bs_spf_zone_read(line, strings, sizeof(strings));
	MUST(len > 0 || len == -EINVAL || len == -EMSGSIZE);
	while (len > 0 && at < (size_t)len)
		at += 1U + strings[at];
	MUST(len < 0 || at == (size_t)len);
}

static void
check_remark(void *context, const struct bs_spf_remark *remark)
{
	size_t size = *(const size_t *)context;

	MUST(remark->column <= size);
	MUST(remark->len <= 1 || remark->column + remark->len <= size);
	MUST(memchr(remark->text, '\0', sizeof(remark->text)) != NULL);
	MUST(remark->text[0] != '\0');
	MUST(bs_spf_flaw_name(remark->flaw) != NULL);
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

	bs_spf_advise_strings(data, size, check_remark, &size);
	(void)bs_spf_is_misspelt(text, size);
	read_zone(text, size);
	if (!bs_spf_record_is(text, size))
		return 0;
	bs_spf_advise(text, size, "example.org", true, check_remark, &size);
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
