/* The page's style sheet, and the hash by which its policy allows it. */
#ifndef BS_CLI_REPORT_STYLE_H
#define BS_CLI_REPORT_STYLE_H

#include "common/keys/mac.h"

extern const char bs_style_sheet[];

/* Writes base64 of its SHA-256; returns out. */
const char *bs_style_hash(char out[static BS_SHA256_BASE64]);

#endif
