/* The keys of [spf] and [dns]: two tables. */
#ifndef BS_CONFIG_KEYS_SPF_H
#define BS_CONFIG_KEYS_SPF_H

#include <stddef.h>

#include "common/config/values.h"

extern const struct bs_config_key bs_config_spf_keys[];
extern const size_t bs_config_spf_key_count;
extern const struct bs_config_key bs_config_dns_keys[];
extern const size_t bs_config_dns_key_count;

#endif
