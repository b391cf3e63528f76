/* Who bounced, whose names were used, and what SPF found. */
#include <inttypes.h>
#include <stdio.h>

#include "common/cli/report/bars.h"
#include "common/cli/report/page_names.h"

#define ADDRESS_NAME 32

/* A top table as a picture, or a sentence; so many came that it might have
 * counted. */
static void
add_top(struct bs_html *html, const struct bs_report *report,
    const struct bs_report_top *top, uint64_t came, const struct bs_bars *given,
    const char *empty)
{
	struct bs_bars picture = *given;
	struct bs_bar bars[BS_REPORT_TOP];
	char names[BS_REPORT_TOP][ADDRESS_NAME];
	uint64_t shown = 0;

	if (top->count == 0) {
		bs_html_add(html,
		    "<div class=\"card\"><h3>%s</h3><p class=\"none\">%s</p>"
		    "</div>\n",
		    picture.picture.title,
		    report->keep != BS_KEEP_HOSTS
			? "Not recorded, as the configuration says."
		    : top->is_crowded
			? "None stands out: there were too many different ones "
			  "to count each."
		    : came > 0 ? "Of those that came it is not recorded."
			       : empty);
		return;
	}
	for (size_t i = 0; i < top->count; i++) {
		const struct bs_report_entry *row = &top->rows[i];

		snprintf(names[i], sizeof(names[i]), "address %s", row->hash);
		bars[i] =
		    (struct bs_bar){row->name[0] == '\0' ? names[i] : row->name,
			row->count, row->error};
		shown += row->count;
	}
	picture.bars = bars;
	picture.count = top->count;
	picture.others = top->total > shown ? top->total - shown : 0;
	bs_bars_add(html, &picture);
}

/* The bounces whose networks and names are counted. */
static uint64_t
counted(const struct bs_report *report)
{
	return report->count.forged + report->count.rejected;
}

static void
add_sources(struct bs_html *html, const struct bs_report *report)
{
	struct bs_bars networks = {
	    .picture = {"networks", "Networks that bounced at you",
		"Where these bounces came from.", "bars"},
	    .name_head = "network",
	    .count_head = "bounces",
	    .style = "forged",
	};
	struct bs_bars reporters = {
	    .picture = {"reporters", "Mail servers that wrote them",
		"Servers that say in the bounce that they could not deliver, or "
		"what its sender calls itself.",
		"bars"},
	    .name_head = "domain",
	    .count_head = "bounces",
	    .style = "forged",
	};

	bs_html_add(html, "<div class=\"pair\">\n");
	add_top(html, report, &report->networks, counted(report), &networks,
	    "No such bounce came.");
	add_top(html, report, &report->reporters, counted(report), &reporters,
	    "No such bounce came.");
	bs_html_add(html, "</div>\n");
}

static void
add_users(struct bs_html *html, const struct bs_report *report)
{
	struct bs_bars users = {
	    .picture = {"users", "Addresses that were used",
		"To whom the bounces went. Addresses are kept as hashes "
		"alone.",
		"bars"},
	    .name_head = "address",
	    .count_head = "bounces",
	    .style = "accent",
	};

	add_top(html, report, &report->users, counted(report), &users,
	    "No such bounce came.");
}

static void
add_results(struct bs_html *html, const struct bs_report *report)
{
	struct bs_bar bars[BS_SPF_RESULTS] = {0};
	size_t count = 0;
	struct bs_bars results = {
	    .picture = {"spf-results", "What SPF found",
		"Results for the mail that came, whatever was done about it.",
		"bars"},
	    .name_head = "result",
	    .count_head = "mails",
	    .style = "accent",
	    .are_words = true,
	    .bars = bars,
	};

	for (unsigned i = 0; i < BS_SPF_RESULTS; i++) {
		struct bs_bar bar = {bs_spf_result_name((enum bs_spf_result)i),
		    report->spf.results[i], 0};
		size_t at = count++;

		for (; at > 0 && bars[at - 1].count < bar.count; at--)
			bars[at] = bars[at - 1];
		bars[at] = bar;
	}
	while (count > 0 && bars[count - 1].count == 0)
		count--;
	results.count = count;
	if (count > 0)
		bs_bars_add(html, &results);
	else
		bs_html_add(html,
		    "<div class=\"card\"><h3>%s</h3><p class=\"none\">No mail "
		    "was checked.</p></div>\n",
		    results.picture.title);
}

/* " 12 mails were refused and 3 put off." */
static void
add_done(struct bs_html *html, const char *were, uint64_t rejected,
    uint64_t junked, uint64_t deferred)
{
	const struct {
		uint64_t count;
		const char *what;
	} done[] = {{rejected, "refused"}, {junked, "put into junk"},
	    {deferred, "put off"}};
	size_t all = 0;
	size_t said = 0;

	for (size_t i = 0; i < 3; i++)
		all += done[i].count > 0 ? 1 : 0;
	for (size_t i = 0; i < 3; i++) {
		if (done[i].count == 0)
			continue;
		said++;
		bs_html_add(html, "%s %" PRIu64 "%s %s",
		    said == 1	  ? ""
		    : said == all ? " and"
				  : ",",
		    done[i].count, said == 1 ? were : "", done[i].what);
	}
	bs_html_add(html, ".");
}

static void
add_spf(struct bs_html *html, const struct bs_report *report)
{
	const struct bs_report_spf *spf = &report->spf;
	struct bs_bars domains = {
	    .picture = {"spf-domains", "Domains whose SPF failed",
		"In whose name hosts sent that may not.", "bars"},
	    .name_head = "domain",
	    .count_head = "fails",
	    .style = "suspect",
	};

	bs_html_add(html, "<section aria-labelledby=\"spf\">\n"
			  "<h2 id=\"spf\">SPF of the mail that came</h2>\n");
	if (!report->checks_spf) {
		bs_html_add(html,
		    "<div class=\"card\"><p class=\"none\">SPF is not checked "
		    "here.</p></div>\n</section>\n");
		return;
	}
	if (spf->rejected + spf->junked + spf->deferred > 0) {
		bs_html_add(html, "<p>By what it found,");
		add_done(html, " mails were", spf->rejected, spf->junked,
		    spf->deferred);
	} else {
		bs_html_add(html, "<p>By what it found no mail was refused.");
	}
	if (spf->would_reject + spf->would_junk + spf->would_defer > 0) {
		bs_html_add(html, " In mode enforce,");
		add_done(html, " more would have been", spf->would_reject,
		    spf->would_junk, spf->would_defer);
	}
	if (spf->no_dsn > 0)
		bs_html_add(html,
		    " Of %" PRIu64 " taken, the sender is told of nothing "
		    "(<code>dsn</code>).",
		    spf->no_dsn);
	bs_html_add(html, "</p>\n<div class=\"pair\">\n");
	add_results(html, report);
	add_top(html, report, &report->spf_domains, spf->results[BS_SPF_FAIL],
	    &domains, "No domain's SPF said fail.");
	bs_html_add(html, "</div>\n</section>\n");
}

void
bs_page_names(struct bs_html *html, const struct bs_report *report)
{
	bs_html_add(html,
	    "<section aria-labelledby=\"who\">\n"
	    "<h2 id=\"who\">Who bounced, and at whom</h2>\n"
	    "<p>Of the bounces to %s that were forged or refused. These servers did "
	    "not attack you: they answered mail that strangers sent in your "
	    "name. Addresses are told by name where <code>--users</code> "
	    "names a list of them.</p>\n",
	    report->is_of_one ? "all domains of this host" : "these domains");
	add_sources(html, report);
	add_users(html, report);
	bs_html_add(html, "</section>\n");
	add_spf(html, report);
}
