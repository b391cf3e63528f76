/* Questions at a terminal, or to a pipe, and their answers. */
#include <string.h>
#include <unistd.h>

#include "common/cli/output.h"
#include "common/cli/spf/talk.h"
#include "common/spf/lint/typed.h"

/* Throws the rest of a line away. Returns whether there was any. */
static bool
skip_line(void)
{
	bool any = false;

	for (int c = getchar(); c != '\n' && c != EOF; c = getchar())
		any = true;
	return any;
}

static void
trim(char *text)
{
	size_t start = strspn(text, " \t");
	size_t len = strcspn(text + start, "\r\n");

	while (len > 0 && strchr(" \t", text[start + len - 1]) != NULL)
		len--;
	memmove(text, text + start, len);
	text[len] = '\0';
}

/* Reads a line. Returns false for one that is too long. */
static bool
read_line(struct bs_spf_talk *talk, char out[static BS_SPF_ANSWER])
{
	out[0] = '\0';
	if (talk->has_ended)
		return true;
	if (fgets(out, BS_SPF_ANSWER, stdin) == NULL) {
		talk->has_ended = true;
		fputs("\nThe answers have ended: what is left is answered as "
		      "by Enter.\n",
		    talk->out);
		out[0] = '\0';
		return true;
	}
	if (strlen(out) == BS_SPF_ANSWER - 1 && out[BS_SPF_ANSWER - 2] != '\n')
		return !skip_line();
	return true;
}

const char *
bs_spf_talk_ask(struct bs_spf_talk *talk, const char *question,
    char out[static BS_SPF_ANSWER])
{
	for (;;) {
		bool fits;

		bs_print(talk->out, "%s ", question);
		(void)fflush(talk->out);
		fits = read_line(talk, out);
		trim(out);
		/* an answer that is piped in would not be seen otherwise */
		if (talk->has_ended || !isatty(STDIN_FILENO))
			bs_print(talk->out, "%s\n", out);
		if (fits)
			return out;
		bs_print(talk->out,
		    "That is too long: %d octets at most; give the rest in "
		    "lines of its own.\n",
		    BS_SPF_ANSWER - 2);
	}
}

static char
ask_word(struct bs_spf_talk *talk, const char *question, const char *choices,
    bool is_default, bool has_all)
{
	char prompt[512];
	char answer[BS_SPF_ANSWER];

	snprintf(prompt, sizeof(prompt), "%s %s", question, choices);
	for (;;) {
		char said;

		bs_spf_talk_ask(talk, prompt, answer);
		if (answer[0] == '\0')
			return is_default ? 'y' : 'n';
		if (has_all &&
		    (strcmp(answer, "a") == 0 || strcmp(answer, "A") == 0))
			return 'a';
		if ((said = bs_spf_typed_agrees(answer)) != '\0')
			return said;
		bs_print(talk->out, "y or n, please%s; Enter alone is %s.\n",
		    has_all ? ", or a for this and all that follow" : "",
		    is_default ? "y" : "n");
	}
}

bool
bs_spf_talk_agrees(struct bs_spf_talk *talk, const char *question,
    bool is_default)
{
	return ask_word(talk, question, is_default ? "[Y/n]" : "[y/N]",
		   is_default, false) == 'y';
}

char
bs_spf_talk_agrees_or_all(struct bs_spf_talk *talk, const char *question,
    bool is_default)
{
	return ask_word(talk, question, is_default ? "[Y/n/a]" : "[y/N/a]",
	    is_default, true);
}
