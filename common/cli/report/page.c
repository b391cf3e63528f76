/* The report as one file of HTML. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "common/base/file.h"
#include "common/cli/cli.h"
#include "common/cli/output.h"
#include "common/cli/report/html.h"
#include "common/cli/report/page.h"
#include "common/cli/report/page_bounces.h"
#include "common/cli/report/page_glance.h"
#include "common/cli/report/page_ground.h"
#include "common/cli/report/page_names.h"
#include "common/cli/report/picture.h"
#include "common/cli/report/scale.h"
#include "common/cli/report/style.h"

/* It names who bounced and whose names were used: not for everybody. */
#define PAGE_MODE 0640

/* The name of what the report is about. */
static const char *
subject(const struct bs_report *report)
{
	return report->is_of_one && report->domain_count > 0
		   ? report->domains[0].name
		   : report->host;
}

static void
add_head(struct bs_html *html, const struct bs_report *report)
{
	char hash[BS_SHA256_BASE64];
	char from[BS_TIME_TEXT];
	char to[BS_TIME_TEXT];

	bs_html_add(html,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\""
	    "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; "
	    "form-action 'none'\">\n",
	    bs_style_hash(hash));
	bs_html_add(html,
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<title>Backstop: bounces at %s, %s to %s</title>\n<style>",
	    subject(report),
	    bs_day_text((uint32_t)(report->from / BS_DAY_SECONDS), from),
	    bs_day_text((uint32_t)(report->to / BS_DAY_SECONDS), to));
	(void)fwrite(bs_style_sheet, 1, strlen(bs_style_sheet), html->file);
	bs_html_add(html, "</style>\n</head>\n<body>\n");
}

static void
add_title(struct bs_html *html, const struct bs_report *report)
{
	char from[BS_SCALE_MOMENT];
	char to[BS_SCALE_MOMENT];

	bs_html_add(html,
	    "<header>\n<h1>Bounces at %s</h1>\n"
	    "<p class=\"soft\">%s to %s UTC",
	    subject(report), bs_scale_moment(report->from, from),
	    bs_scale_moment(report->to, to));
	if (!report->is_of_one)
		bs_html_add(html, ", %zu domain%s", report->domain_count,
		    bs_plural(report->domain_count));
	bs_html_add(html, "</p>\n");
	if (report->epoch == 0)
		bs_html_add(html,
		    "<p class=\"soft\">Nothing has been recorded yet.</p>\n");
	else if (report->kept_from > report->from)
		bs_html_add(html,
		    "<p class=\"soft\">Numbers are kept since %s; of the time "
		    "before that nothing is known.</p>\n",
		    bs_scale_moment(report->kept_from, from));
	bs_html_add(html, "</header>\n");
}

static void
add_foot(struct bs_html *html)
{
	bs_html_add(html,
	    "<footer>\n<p>Made by Backstop %s from the numbers that its engine "
	    "records. It keeps no addresses, only hashes of them. All times "
	    "are UTC. A count of a name that came late may be too high; the "
	    "tables say by how much at most.</p>\n</footer>\n"
	    "</body>\n</html>\n",
	    BS_VERSION);
}

int
bs_page_make(const struct bs_report *report, char **text, size_t *len)
{
	struct bs_html html;
	int rc = bs_html_begin(&html);
	int ground;

	if (rc != 0)
		return rc;
	add_head(&html, report);
	bs_picture_patterns(&html);
	add_title(&html, report);
	bs_html_add(&html, "<main>\n");
	bs_page_glance(&html, report);
	bs_page_bounces(&html, report);
	bs_page_names(&html, report);
	ground = bs_page_ground(&html, report);
	bs_html_add(&html, "</main>\n");
	add_foot(&html);
	if ((rc = bs_html_finish(&html)) != 0)
		return rc;
	if (ground != 0) {
		free(html.text);
		return ground;
	}
	*text = html.text;
	*len = html.len;
	return 0;
}

/* A file that is there keeps its owner and its mode: it may be for a web
 * server. What is no file is left alone: root could rename a page over
 * /dev/null, and follow a stranger's link. Returns 0 or -errno. */
static int
replace(const char *path, const char *text, size_t len)
{
	struct stat was;

	if (lstat(path, &was) != 0)
		return errno == ENOENT ? bs_file_replace(path, text, len,
					     PAGE_MODE, (gid_t)-1)
				       : -errno;
	if (!S_ISREG(was.st_mode))
		return -ENOTSUP;
	return bs_file_rewrite(path, text, len, &was);
}

static int
complain(const char *path, int rc)
{
	if (rc == -ENOTSUP)
		bs_complain(
		    "%s is a device, a link or the like, and stays as it is; name "
		    "a file, or - for standard output",
		    path);
	else
		bs_complain("%s could not be written: %s; name a file in a "
			    "folder that you may write to, as: --html "
			    "report.html",
		    path, strerror(-rc));
	return EX_CANTCREAT;
}

int
bs_page_write(const struct bs_report *report, const char *path)
{
	char *text = NULL;
	size_t len;
	int rc = bs_page_make(report, &text, &len);

	if (rc != 0) {
		bs_complain("out of memory");
		return EX_OSERR;
	}
	if (strcmp(path, "-") == 0)
		(void)fwrite(text, 1, len, stdout);
	else
		rc = replace(path, text, len);
	free(text);
	return rc == 0 ? BS_EXIT_YES : complain(path, rc);
}
