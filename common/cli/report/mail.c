/* The report as a mail.
 *
 * It is made for "sendmail -t", as cron's mails are: lines end as this host's
 * do, addresses may lack their domain, and the mail server adds Date and
 * Message-ID. It has the usual sender, whom the mail server signs for as for
 * all others: a null one would be that of a bounce. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/cli/load.h"
#include "common/cli/output.h"
#include "common/cli/report/draw.h"
#include "common/cli/report/mail.h"
#include "common/cli/report/page.h"
#include "common/cli/report/show.h"
#include "common/cli/report/times.h"
#include "common/keys/day.h"
#include "common/keys/mac.h"

/* No line of the text begins with it, and base64 has no "_" (RFC 2045 §6.7). */
#define BOUNDARY "=_backstop_report"

/* RFC 2045 §6.8: 76 characters a line, of 57 octets. */
#define LINE_OCTETS 57

/* The address, or several between commas, become a field of the header. */
static bool
is_field(const char *text)
{
	if (text[0] == '\0' || strlen(text) >= BS_ADDRESS_MAX)
		return false;
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* Text that says that it is ASCII. */
static void
put_ascii(const char *text)
{
	for (; *text != '\0'; text++)
		putchar((*text >= ' ' && *text <= '~') || *text == '\n' ? *text
									: '?');
}

static void
print_head(const struct bs_report *report, const char *to)
{
	char from[BS_TIME_TEXT];
	char until[BS_TIME_TEXT];
	char host[BS_HOST_MAX];

	bs_print(stdout,
	    "From: Backstop <root>\n"
	    "To: %s\n"
	    "Subject: Backstop on ",
	    to);
	put_ascii(bs_visible(report->host, host, sizeof(host)));
	bs_print(stdout, ": %.10s to %.10s%s\n",
	    bs_short_time(report->from, from), bs_short_time(report->to, until),
	    report->count.refused_later_known > 0 ? ": a refusal was wrong"
	    : report->attack_count > 0		  ? ": attacked"
						  : "");
	/* RFC 3834 §5: nobody who is away shall answer */
	puts("Auto-Submitted: auto-generated\n"
	     "MIME-Version: 1.0\n"
	     "Content-Type: multipart/mixed; boundary=\"" BOUNDARY "\"\n");
}

/* Returns 0 or -errno. */
static int
print_text(const struct bs_report *report)
{
	struct bs_pen pen;
	char *text = NULL;
	size_t len;
	FILE *file = open_memstream(&text, &len);

	if (file == NULL)
		return -ENOMEM;
	bs_pen_open_plain(&pen, file);
	bs_report_print(&pen, report);
	if (fclose(file) != 0) {
		free(text);
		return -ENOMEM;
	}
	puts("--" BOUNDARY "\n"
	     "Content-Type: text/plain; charset=us-ascii\n"
	     "Content-Transfer-Encoding: 7bit\n");
	put_ascii(text);
	free(text);
	return 0;
}

static void
print_page(const struct bs_report *report, const char *page, size_t len)
{
	char name[BS_TIME_TEXT];
	char line[BS_BASE64_LEN(LINE_OCTETS)];

	bs_day_text(bs_day_of(report->to), name);
	bs_print(stdout,
	    "\n--" BOUNDARY "\n"
	    "Content-Type: text/html; charset=utf-8\n"
	    "Content-Transfer-Encoding: base64\n"
	    "Content-Disposition: attachment;\n"
	    " filename=\"backstop-%s.html\"\n\n",
	    name);
	for (size_t at = 0; at < len; at += LINE_OCTETS) {
		size_t count = len - at < LINE_OCTETS ? len - at : LINE_OCTETS;

		bs_mac_base64(page + at, count, line);
		puts(line);
	}
	puts("--" BOUNDARY "--");
}

int
bs_report_print_mail(const struct bs_report *report, const char *to)
{
	char *page = NULL;
	size_t len;
	int rc;

	if (!is_field(to)) {
		bs_complain("--mail %.60s: is no address", to);
		return EX_USAGE;
	}
	if ((rc = bs_page_make(report, &page, &len)) == 0) {
		print_head(report, to);
		rc = print_text(report);
	}
	if (rc == 0)
		print_page(report, page, len);
	else
		bs_complain("%s", strerror(-rc));
	free(page);
	return bs_exit_of(rc);
}
