/* What spf sources shows. */
#ifndef BS_CLI_SPF_SOURCES_SHOW_H
#define BS_CLI_SPF_SOURCES_SHOW_H

struct bs_spf_sources;

void bs_spf_sources_print(const struct bs_spf_sources *sources);
void bs_spf_sources_json(const struct bs_spf_sources *sources);

#endif
