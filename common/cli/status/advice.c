/* A list of what somebody should do something about, and what to type. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/cli/status/advice.h"

static _Noreturn void
end_without_memory(void)
{
	bs_complain("out of memory");
	exit(EX_OSERR);
}

static char *BS_PRINTF(1, 0) text_of(const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		end_without_memory();
	return text;
}

void
bs_advice_add(struct bs_advices *advices, enum bs_advice_level level,
    const char *word, const char *format, ...)
{
	struct bs_advice *list = advices->list;
	va_list args;

	if (advices->count == advices->room) {
		size_t room = advices->room * 2 + 8;

		list = reallocarray(list, room, sizeof(*list));
		if (list == NULL)
			end_without_memory();
		advices->list = list;
		advices->room = room;
	}
	va_start(args, format);
	list[advices->count++] = (struct bs_advice){.level = level,
	    .word = word,
	    .text = text_of(format, args)};
	va_end(args);
}

void
bs_advice_type(struct bs_advices *advices, const char *format, ...)
{
	struct bs_advice *last = &advices->list[advices->count - 1];
	va_list args;

	va_start(args, format);
	free(last->type);
	last->type = text_of(format, args);
	va_end(args);
}

void
bs_advice_split(struct bs_advices *advices)
{
	static const char mark[] = "; type: ";
	char *at = strstr(advices->list[advices->count - 1].text, mark);

	if (at == NULL)
		return;
	*at = '\0';
	bs_advice_type(advices, "%s", at + strlen(mark));
}

bool
bs_advice_is_known(struct bs_advices *advices, const char *word,
    const char *reason)
{
	for (size_t i = 0; i < advices->count; i++) {
		struct bs_advice *advice = &advices->list[i];

		if (strcmp(advice->word, word) == 0 &&
		    strcmp(advice->reason == NULL ? "" : advice->reason,
			reason == NULL ? "" : reason) == 0) {
			advice->more++;
			return true;
		}
	}
	return false;
}

void
bs_advices_free(struct bs_advices *advices)
{
	for (size_t i = 0; i < advices->count; i++) {
		free(advices->list[i].text);
		free(advices->list[i].type);
	}
	free(advices->list);
	*advices = (struct bs_advices){0};
}

struct bs_json *
bs_advices_json(const struct bs_advices *advices)
{
	static const char *const names[] = {
	    [BS_ADVICE_BAD] = "not-well",
	    [BS_ADVICE_LOOK] = "look",
	    [BS_ADVICE_NEXT] = "next",
	};
	struct bs_json *array = bs_json_array();

	for (size_t i = 0; i < advices->count; i++) {
		const struct bs_advice *advice = &advices->list[i];
		struct bs_json *json = bs_json_object();

		bs_json_text(json, "level", names[advice->level]);
		bs_json_text(json, "word", advice->word);
		bs_json_text(json, "reason", advice->reason);
		bs_json_text(json, "text", advice->text);
		bs_json_text(json, "type", advice->type);
		bs_json_number(json, "more_domains", (int64_t)advice->more);
		bs_json_append(array, json);
	}
	return array;
}
