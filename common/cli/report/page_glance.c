/* The five numbers that stand first on the page. */
#include <inttypes.h>

#include "common/cli/output.h"
#include "common/cli/report/attack.h"
#include "common/cli/report/page_glance.h"
#include "common/cli/report/scale.h"

static void
begin_number(struct bs_html *html, const char *style, uint64_t number,
    const char *name)
{
	bs_html_add(html,
	    "<div><dt>%s</dt><dd class=\"figure %s\">%" PRIu64 "</dd>"
	    "<dd class=\"says\">",
	    name, style, number);
}

static void
end_number(struct bs_html *html)
{
	bs_html_add(html, "</dd></div>\n");
}

static void
add_refused(struct bs_html *html, const struct bs_report_count *count)
{
	begin_number(html, count->rejected == 0 ? "" : "forged-figure",
	    count->rejected, "forged, refused");
	bs_html_add(html,
	    "Bounces of mail that you never sent: %" PRIu64
	    " judged forged, %" PRIu64 " suspect.",
	    count->forged, count->suspect);
	if (count->would_reject > 0)
		bs_html_add(html,
		    " In mode enforce, %" PRIu64 " more would have been "
		    "refused.",
		    count->would_reject);
	end_number(html);
}

static void
add_genuine(struct bs_html *html, const struct bs_report_count *count)
{
	begin_number(html, count->genuine == 0 ? "" : "genuine-figure",
	    count->genuine, "genuine, delivered");
	bs_html_add(html, "Bounces of mail that you did send.");
	if (count->genuine_by_id > 0)
		bs_html_add(html,
		    " %" PRIu64 " of them came without their tag and are "
		    "known by their Message-ID.",
		    count->genuine_by_id);
	end_number(html);
}

/* The number by which we are measured. */
static void
add_mistakes(struct bs_html *html, const struct bs_report_count *count)
{
	uint64_t mistakes = count->refused_later_known;

	begin_number(html, mistakes == 0 ? "good-figure" : "bad-figure",
	    mistakes, "refused, but ours");
	if (mistakes == 0)
		bs_html_add(html,
		    "No bounce that was refused has turned out to return mail "
		    "of yours.");
	else
		bs_html_add(html,
		    "Refused bounces that turned out to return mail of yours. "
		    "The log tells of each: <code>event=refused-later-known"
		    "</code>.");
	end_number(html);
}

static void
add_unknown(struct bs_html *html, const struct bs_report_count *count)
{
	begin_number(html, count->unknown == 0 ? "" : "unknown-figure",
	    count->unknown, "unknown, let through");
	bs_html_add(html,
	    "Nothing shows whether they return mail of yours. What is not "
	    "proved is not refused.");
	end_number(html);
}

static void
add_attack(struct bs_html *html, const struct bs_report *report)
{
	const struct bs_report_attack *attack = &report->attacks[report->worst];
	char start[BS_SCALE_MOMENT];
	char end[BS_SCALE_MOMENT];
	size_t hours =
	    (size_t)((attack->end - attack->start) / BS_REPORT_HOUR_SECONDS);

	bs_html_add(html, "<div class=\"attack\"><dt>%s</dt>",
	    report->attack_count == 1  ? "the attack"
	    : report->attack_count > 1 ? "the largest attack"
				       : "attacks");
	if (!report->has_hours) {
		bs_html_add(html,
		    "<dd class=\"figure\">not known</dd>"
		    "<dd class=\"says\">Only days are recorded here, and no "
		    "hours.</dd></div>\n");
		return;
	}
	if (report->attack_count == 0 && !bs_attack_knows_usual(report)) {
		bs_html_add(html,
		    "<dd class=\"figure\">none yet</dd>"
		    "<dd class=\"says\">No hour stands out, but what is usual "
		    "here is known only after a week.</dd></div>\n");
		return;
	}
	if (report->attack_count == 0) {
		bs_html_add(html,
		    "<dd class=\"figure good-figure\">none</dd>"
		    "<dd class=\"says\">In no hour did far more bounces come "
		    "than usual.</dd></div>\n");
		return;
	}
	bs_html_add(html,
	    "<dd class=\"figure\"><span class=\"forged-figure\">%s</span> "
	    "to <span class=\"forged-figure\">%s</span></dd>",
	    bs_scale_moment(attack->start, start),
	    attack->goes_on ? "now" : bs_scale_moment(attack->end, end));
	bs_html_add(html,
	    "<dd class=\"says\">%" PRIu64 " bounces that nothing proved "
	    "genuine came in %zu hour%s, %" PRIu64 " of them in the worst "
	    "one; %" PRIu64 " were refused.%s</dd></div>\n",
	    attack->bounces, hours, hours == 1 ? "" : "s", attack->peak,
	    attack->refused, attack->goes_on ? " It goes on." : "");
}

void
bs_page_glance(struct bs_html *html, const struct bs_report *report)
{
	bs_html_add(html,
	    "<section aria-labelledby=\"glance\">\n"
	    "<h2 id=\"glance\">At a glance</h2>\n<dl class=\"glance\">\n");
	add_refused(html, &report->count);
	add_genuine(html, &report->count);
	add_mistakes(html, &report->count);
	add_unknown(html, &report->count);
	add_attack(html, report);
	bs_html_add(html, "</dl>\n</section>\n");
}
