/* backstop report: what happened to the mail of our domains in a time. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "common/cli/output.h"
#include "common/cli/report/collect.h"
#include "common/cli/report/json.h"
#include "common/cli/report/mail.h"
#include "common/cli/report/page.h"
#include "common/cli/report/report.h"
#include "common/cli/report/show.h"
#include "common/cli/report/users.h"
#include "common/cli/store/store.h"
#include "common/cli/type.h"

/* Returns 0, or an exit status after the complaint. */
static int
choose_domain(const struct bs_call *call, const struct bs_config *config,
    const struct bs_domain **out)
{
	*out = NULL;
	if (call->domain == NULL)
		return 0;
	*out = bs_config_domain(config, call->domain, strlen(call->domain));
	if (*out != NULL)
		return 0;
	bs_complain("%.255s: not among 'domains' in %s", call->domain,
	    call->config_path);
	return EX_USAGE;
}

/* Says why there is no report, and what to type. Returns the exit status. */
static int
complain(const struct bs_call *call, const struct bs_keybook *book, int rc)
{
	struct bs_store_key_fault fault;
	char line[BS_TYPE_LINE];
	int key = bs_check_store_key(book->paths.store_key, &fault);

	if (key != 0) {
		bs_complain("%s; %s", fault.what, fault.fix);
		return bs_exit_of(key);
	}
	/* a record that cannot be read is damage, too */
	if (rc == -EBADMSG)
		rc = -EUCLEAN;
	if (rc == -ENOENT)
		bs_complain("%s: there is no store yet; to have the engine "
			    "make it, type: %s",
		    book->paths.store, bs_type_engine(call, "start", line));
	else if (rc == -EUCLEAN)
		bs_complain("%s: %s; to have it moved aside, and a new one "
			    "begun, type: %s",
		    book->paths.store, bs_store_error(rc),
		    bs_type_engine(call, "restart", line));
	else
		return bs_store_complain(book->paths.store, rc);
	return bs_exit_of(rc);
}

/* Prints it in the form that was asked for. Returns the exit status. */
static int
print(const struct bs_call *call, const struct bs_report *report)
{
	struct bs_pen pen;

	if (call->html != NULL)
		return bs_page_write(report, call->html);
	if (call->mail != NULL)
		return bs_report_print_mail(report, call->mail);
	if (call->json) {
		bs_report_print_json(report);
		return BS_EXIT_YES;
	}
	bs_pen_open(&pen);
	bs_report_print(&pen, report);
	return BS_EXIT_YES;
}

int
bs_cmd_report(const struct bs_call *call)
{
	struct bs_keybook book;
	struct bs_report_subject subject = {.book = &book,
	    .since = call->since,
	    .now = call->now};
	struct bs_report *report = NULL;
	int status;
	int rc;

	if ((call->html != NULL) + (call->mail != NULL) + call->json > 1) {
		bs_complain("report writes one of --html, --mail and --json; "
			    "type it twice");
		return EX_USAGE;
	}
	status = bs_keybook_look(call, &book);
	if (status == 0)
		status = choose_domain(call, book.config, &subject.domain);
	if (status != 0)
		goto out;
	if ((rc = bs_report_collect(&subject, &report)) != 0) {
		status = complain(call, &book, rc);
		goto out;
	}
	if (call->users != NULL)
		status = bs_report_name_users(call->users, book.config, report);
	if (status == 0)
		status = print(call, report);
out:
	free(report);
	bs_keybook_close(&book);
	return status;
}
