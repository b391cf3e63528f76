/* The kinds of values that keys of backstop.conf take, and their mistakes. */
#ifndef BS_CONFIG_VALUES_H
#define BS_CONFIG_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/config/keys.h"

/* Each reports what is wrong with a value, and leaves *out as it was then. */

/* One of two words. */
void bs_value_switch(struct bs_config_reader *reader, const char *key,
    bool *out, const char *value, const char *on, const char *off);

/* Yes and no, which people also call on and off. */
void bs_value_flag(struct bs_config_reader *reader, const char *key,
    const char *value, bool *out);

/* A decimal number. */
void bs_value_number(struct bs_config_reader *reader, const char *key,
    const char *value, unsigned min, unsigned max, unsigned *out);

/* A domain name, in lower case, that is not in the list yet. */
void bs_value_domain(struct bs_config_reader *reader, struct bs_words *words,
    const char *word);

/* A network more. */
void bs_value_block(struct bs_config_reader *reader, const char *key,
    struct bs_netblock **blocks, size_t *count, const char *word);

/* Copies; without memory reader->error says so. */
void bs_value_word(struct bs_config_reader *reader, struct bs_words *words,
    const char *word);
void bs_value_string(struct bs_config_reader *reader, char **string,
    const char *value);

void bs_value_lower(char *text);

#endif
