/* What 'backstop spf make' prints in the end. */
#ifndef BS_CLI_SPF_MAKE_SHOW_H
#define BS_CLI_SPF_MAKE_SHOW_H

#include "common/cli/spf/publish.h"

/* Print the records for a zone file and for a web panel, what does not fit, and
 * who gets another result than now; as lines in which all that is no record is
 * a comment, or as one JSON object. */
void bs_spf_make_show(struct bs_spf_wizard *wizard,
    const struct bs_spf_publish *publish);
void bs_spf_make_show_json(struct bs_spf_wizard *wizard,
    const struct bs_spf_publish *publish);

/* The same where nobody is named, so that there is no record. */
void bs_spf_make_show_none(const struct bs_spf_wizard *wizard, bool as_json);

#endif
