/* The list of remarks on the records of a tree. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/cli/spf/remarks.h"

/* Remarks that somebody reads; a hostile record could have thousands. */
#define NOTED_MAX 200

void
bs_spf_note_remark(struct bs_spf_lint *lint, size_t place,
    const struct bs_spf_remark *remark)
{
	if (lint->count == NOTED_MAX)
		return;
	lint->noted =
	    bs_spf_array(lint->noted, lint->count + 1, sizeof(*lint->noted));
	lint->noted[lint->count].place = place;
	lint->noted[lint->count++].remark = *remark;
}

void
bs_spf_note(struct bs_spf_lint *lint, size_t place,
    const struct bs_spf_term *term, enum bs_spf_flaw flaw, const char *format,
    ...)
{
	struct bs_spf_remark remark = {.flaw = flaw};
	va_list args;

	if (term != NULL) {
		remark.column =
		    (size_t)(term->text - lint->tree->places[place].text);
		remark.len = term->len;
	}
	va_start(args, format);
	vsnprintf(remark.text, sizeof(remark.text), format, args);
	va_end(args);
	bs_spf_note_remark(lint, place, &remark);
}

unsigned
bs_spf_lint_count(const struct bs_spf_lint *lint, enum bs_spf_weight weight)
{
	unsigned count = 0;

	for (size_t i = 0; i < lint->count; i++)
		count +=
		    bs_spf_flaw_weight(lint->noted[i].remark.flaw) == weight;
	return count;
}

bool
bs_spf_lint_has(const struct bs_spf_lint *lint, enum bs_spf_flaw flaw)
{
	for (size_t i = 0; i < lint->count; i++)
		if (lint->noted[i].remark.flaw == flaw)
			return true;
	return false;
}
