/* What backstop(8) prints: complaints, times, JSON. */
#ifndef BS_CLI_OUTPUT_H
#define BS_CLI_OUTPUT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/base/backstop.h"

/* "2026-01-01T00:00:00Z" and "2026-01-01", for years of any length. */
#define BS_TIME_TEXT 48

/* Whatever is printed passes these: in it, what a terminal would obey
 * (controls, marks that turn the direction of writing) and octets that are no
 * UTF-8 are shown as \xNN. */

/* One line on standard error. */
void bs_complain(const char *format, ...) BS_PRINTF(1, 2);

/* "s", or nothing after 1. */
const char *bs_plural(uint64_t count);

/* As fprintf() and vfprintf(); newlines and tabs stay. */
int bs_print(FILE *file, const char *format, ...) BS_PRINTF(2, 3);
int bs_vprint(FILE *file, const char *format, va_list args) BS_PRINTF(2, 0);

/* Write ISO 8601 in UTC, and return out. */
const char *bs_time_text(int64_t epoch_seconds, char out[static BS_TIME_TEXT]);
const char *bs_day_text(uint32_t day, char out[static BS_TIME_TEXT]);

/* "Tuesday 24 November 2026, 14:02 UTC", in the host's own time, and "Tuesday
 * 24 November 2026" of a day in UTC. */
const char *bs_when_text(int64_t epoch_seconds, char out[static BS_TIME_TEXT]);
const char *bs_weekday_text(uint32_t day, char out[static BS_TIME_TEXT]);

/* Writes a text that came from outside as bs_print() would show it, but
 * newlines and tabs as \xNN, too; as much as fits. Returns out. */
const char *bs_visible(const char *text, char *out, size_t size);

/* A JSON value under construction. Without memory, the process ends. */
struct bs_json;

struct bs_json *bs_json_object(void);
struct bs_json *bs_json_array(void);

/* Set a member of an object. NULL and time 0 are null; to bs_json_known() an
 * empty text is, too. */
void bs_json_text(struct bs_json *object, const char *name, const char *text);
void bs_json_known(struct bs_json *object, const char *name, const char *text);
void bs_json_time(struct bs_json *object, const char *name, int64_t when);
void bs_json_number(struct bs_json *object, const char *name, int64_t number);
void bs_json_bool(struct bs_json *object, const char *name, bool value);
void bs_json_null(struct bs_json *object, const char *name);

/* These take child over. */
void bs_json_put(struct bs_json *object, const char *name,
    struct bs_json *child);
void bs_json_append(struct bs_json *array, struct bs_json *child);
void bs_json_append_text(struct bs_json *array, const char *text);

/* Frees a value that was not printed; NULL is allowed. */
void bs_json_free(struct bs_json *value);

/* Prints it in one line, members in the order they were set, and frees it. What
 * a terminal would obey is \uNNNN, which means the same. */
void bs_json_print(struct bs_json *value);

#endif
