/* The engine's end of the spf child: checks go in, findings come out. */
#ifndef BS_SPF_SERVICE_H
#define BS_SPF_SERVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/backstop.h"
#include "common/dns/reply.h"
#include "common/policy/spf_words.h"

struct bs_spf;
struct bs_spf_check;
struct event_base;

/* How the child is to work; copied. */
struct bs_spf_settings {
	const char *const *servers; /* as bs_dns_new() takes them */
	size_t server_count;
	const char *user; /* whom it becomes where we are root */
};

/* A question to DNS that a check needed. */
struct bs_spf_step {
	char name[BS_HOST_MAX];
	enum bs_dns_type type;
	enum bs_dns_status status;
	unsigned count;	     /* records of the answer */
	unsigned elapsed_ms; /* until the answer came */
	bool cached;	     /* it was known already */
};
typedef void bs_spf_traced(void *context, const struct bs_spf_step *step);

/* Told once of each check that was not cancelled. The finding lives until it
 * returns. */
typedef void bs_spf_done(void *context, const struct bs_spf_finding *finding);

/* Starts the process that makes children, with nothing of ours in its memory:
 * to be called before keys are read and root is given up. Sets *out, to be
 * freed by bs_spf_free(). Returns 0 or -errno. */
BS_MUST_USE int bs_spf_start(const struct bs_spf_settings *settings,
    struct bs_spf **out);

/* Joins a loop, without which nothing can be asked. Returns 0 or -ENOMEM. */
BS_MUST_USE int bs_spf_attach(struct bs_spf *spf, struct event_base *base);

/* Cancels every check; the child ends. Takes NULL. */
void bs_spf_free(struct bs_spf *spf);

/* Checks; the query is copied. done is called from the loop, within the
 * query's deadline or soon after: with temperror where there is no child, no
 * memory, or the domain brought a child down of late. Returns NULL without
 * memory. */
struct bs_spf_check *bs_spf_ask(struct bs_spf *spf,
    const struct bs_spf_query *query, bs_spf_done *done, void *context);

/* As bs_spf_ask(); before done, traced is told of each question to DNS, in the
 * order in which they were needed. */
struct bs_spf_check *bs_spf_trace(struct bs_spf *spf,
    const struct bs_spf_query *query, bs_spf_done *done, bs_spf_traced *traced,
    void *context);

/* done will not be called. */
void bs_spf_cancel(struct bs_spf *spf, struct bs_spf_check *check);

/* A new child, which reads the system's resolver settings anew, or asks these
 * servers; checks in flight are asked again. */
void bs_spf_renew(struct bs_spf *spf, const char *const *servers,
    size_t server_count);

#endif
