/* Phrases of bounces in encodings other than UTF-8: ISO-2022-JP, Shift_JIS,
 * GBK, Big5, EUC-KR, KOI8-R, windows-1251, ISO-8859-2. */
#ifndef BS_BOUNCE_FOREIGN_H
#define BS_BOUNCE_FOREIGN_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a line, or a Subject as its encoded words have it, says that
 * something failed; and whether a line says that the returned message follows.
 */
bool bs_foreign_tells_failure(const char *text, size_t len);
bool bs_foreign_is_banner(const char *text, size_t len);

#endif
