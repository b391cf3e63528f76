/* Reads the XML of a DMARC aggregate report, piece by piece. This is the only
 * file that includes expat.
 *
 * A report is taken as it comes: element names in any case and with any prefix,
 * elements in any order, what is not known skipped. A DOCTYPE ends it: no
 * report has one, and nothing good begins so. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "common/base/ascii.h"
#include "common/reports/scrub.h"
#include "common/reports/value.h"
#include "common/reports/xml.h"

#define DEPTH_MAX 32
#define NAME_MAX_OCTETS 32
#define TEXT_MAX 512
#define PIECE 4096

/* Octets of a tag, a comment or the like. Until it has the end of one, expat
 * looks at all of it again with each piece. */
#define TOKEN_MAX 65536

struct bs_report_xml {
	XML_Parser parser;
	bs_report_tell *tell;
	void *context;
	struct bs_scrub scrub;
	int rc; /* why the parser was stopped */
	bool is_report;
	bool is_over; /* </feedback>: what follows does not count */
	bool told_head;
	bool in_record;
	bool has_address;
	bool has_count;	     /* false: what it says is no number */
	bool has_evaluation; /* policy_evaluated says what aligned */
	size_t quiet; /* octets since the last that was an element or text */
	unsigned depth;
	char names[DEPTH_MAX][NAME_MAX_OCTETS];
	size_t text_len;
	char text[TEXT_MAX];
	struct bs_report_head head;
	struct bs_report_row row;
	/* of one <spf> or <dkim> of auth_results */
	char result_domain[BS_HOST_MAX];
	char result[NAME_MAX_OCTETS];
};

static void
stop(struct bs_report_xml *xml, int rc)
{
	xml->rc = rc;
	(void)XML_StopParser(xml->parser, XML_FALSE);
}

static void
say(struct bs_report_xml *xml, const struct bs_report_said *said)
{
	if (!xml->tell(xml->context, said))
		stop(xml, -ECANCELED);
}

/* expat 2.9 has another function for it, which Debian 12 does not have. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
static unsigned
line_of(const struct bs_report_xml *xml)
{
	return (unsigned)XML_GetCurrentLineNumber(xml->parser);
}
#pragma GCC diagnostic pop

static void BS_PRINTF(2, 3)
    tell_fault(struct bs_report_xml *xml, const char *format, ...)
{
	struct bs_report_said said = {.kind = BS_REPORT_FAULT};
	va_list args;

	said.is.fault.line = line_of(xml);
	va_start(args, format);
	vsnprintf(said.is.fault.text, sizeof(said.is.fault.text), format, args);
	va_end(args);
	say(xml, &said);
}

static void
tell_head(struct bs_report_xml *xml)
{
	const struct bs_report_said said = {.kind = BS_REPORT_HEAD,
	    .is.head = xml->head};

	if (!xml->told_head)
		say(xml, &said);
	xml->told_head = true;
}

/* Whether an element is open, at any depth. */
static bool
is_within(const struct bs_report_xml *xml, const char *name)
{
	for (unsigned i = 0; i < xml->depth && i < DEPTH_MAX; i++)
		if (strcmp(xml->names[i], name) == 0)
			return true;
	return false;
}

/* Whether the innermost element is this one; the one around it. */
static bool
is_at(const struct bs_report_xml *xml, const char *name)
{
	return strcmp(xml->names[xml->depth - 1], name) == 0;
}

static bool
is_child_of(const struct bs_report_xml *xml, const char *name)
{
	return xml->depth > 1 && strcmp(xml->names[xml->depth - 2], name) == 0;
}

static void
begin_record(struct bs_report_xml *xml)
{
	xml->in_record = true;
	xml->has_address = false;
	xml->has_count = true;
	xml->has_evaluation = false;
	xml->row = (struct bs_report_row){.mails = 1};
}

/* What an old draft leaves to the reader. */
static void
evaluate(struct bs_report_row *row, bool dkim_passed)
{
	row->spf_aligned = row->has_spf && row->spf == BS_SPF_PASS &&
			   bs_report_aligns(row->spf_domain, row->header_from);
	row->dkim_aligned =
	    dkim_passed && bs_report_aligns(row->dkim_domain, row->header_from);
}

static void
end_record(struct bs_report_xml *xml)
{
	struct bs_report_said said = {.kind = BS_REPORT_ROW};
	struct bs_report_row *row = &xml->row;

	xml->in_record = false;
	tell_head(xml);
	if (!xml->has_address) {
		tell_fault(xml, "a record has no source_ip that can be read");
		return;
	}
	if (!xml->has_count) {
		tell_fault(xml, "a record's count is no number of mails: it "
				"is left out");
		return;
	}
	if (row->header_from[0] == '\0')
		memcpy(row->header_from, xml->head.domain, BS_HOST_MAX);
	memcpy(row->domain,
	    xml->head.domain[0] != '\0' ? xml->head.domain : row->header_from,
	    BS_HOST_MAX);
	if (!xml->has_evaluation)
		evaluate(row, row->dkim_aligned);
	said.is.row = *row;
	say(xml, &said);
}

/* An <spf> of auth_results. Of several one that passed counts, else the first
 * (RFC 7489 names one for each identity). */
static void
take_spf(struct bs_report_xml *xml)
{
	struct bs_report_row *row = &xml->row;
	enum bs_spf_result result;

	if (!bs_report_spf(xml->result, &result) ||
	    (row->has_spf &&
		(row->spf == BS_SPF_PASS || result != BS_SPF_PASS)))
		return;
	row->has_spf = true;
	row->spf = result;
	memcpy(row->spf_domain, xml->result_domain, BS_HOST_MAX);
}

/* A <dkim>. The domain of one that passed and aligns counts, else that of the
 * first. Without an evaluation dkim_aligned is whether it passed. */
static void
take_dkim(struct bs_report_xml *xml)
{
	struct bs_report_row *row = &xml->row;
	bool passes = bs_report_passes(xml->result);
	bool is_better =
	    passes && bs_report_aligns(xml->result_domain,
			  row->header_from[0] != '\0' ? row->header_from
						      : xml->head.domain);

	if (row->dkim_domain[0] != '\0' && !is_better)
		return;
	memcpy(row->dkim_domain, xml->result_domain, BS_HOST_MAX);
	if (!xml->has_evaluation)
		row->dkim_aligned = passes;
}

/* policy_evaluated says what aligned, and what was done. */
static void
take_evaluation(struct bs_report_xml *xml, const char *text)
{
	struct bs_report_row *row = &xml->row;

	if (is_at(xml, "disposition")) {
		row->fate = bs_report_fate(text);
	} else if (is_at(xml, "spf") && text[0] != '\0') {
		row->spf_aligned = bs_report_passes(text);
		xml->has_evaluation = true;
	} else if (is_at(xml, "dkim") && text[0] != '\0') {
		row->dkim_aligned = bs_report_passes(text);
		xml->has_evaluation = true;
	}
}

static void
take_result(struct bs_report_xml *xml, const char *text)
{
	bool is_spf = is_child_of(xml, "spf");

	if (is_child_of(xml, "auth_results") && is_at(xml, "spf"))
		take_spf(xml);
	else if (is_child_of(xml, "auth_results") && is_at(xml, "dkim"))
		take_dkim(xml);
	else if (!is_spf && !is_child_of(xml, "dkim"))
		return;
	else if (is_at(xml, "domain"))
		bs_report_domain(text, xml->result_domain);
	else if (is_at(xml, "result"))
		snprintf(xml->result, sizeof(xml->result), "%s", text);
}

/* An element within a record has ended. */
static void
take_record_value(struct bs_report_xml *xml, const char *text)
{
	struct bs_report_row *row = &xml->row;

	if (is_child_of(xml, "policy_evaluated"))
		take_evaluation(xml, text);
	else if (is_within(xml, "auth_results"))
		take_result(xml, text);
	else if (is_at(xml, "source_ip"))
		xml->has_address = bs_report_address(text, row);
	else if (is_at(xml, "count") && text[0] != '\0')
		xml->has_count = bs_report_count(text, &row->mails);
	else if (is_at(xml, "header_from"))
		bs_report_domain(text, row->header_from);
	else if (is_at(xml, "type") && is_child_of(xml, "reason"))
		row->was_forwarded =
		    row->was_forwarded || bs_report_forwarded(text);
}

static void
take_head_value(struct bs_report_xml *xml, const char *text)
{
	struct bs_report_head *head = &xml->head;

	if (is_at(xml, "org_name") && text[0] != '\0')
		snprintf(head->reporter, sizeof(head->reporter), "%s", text);
	else if (is_at(xml, "email") && head->reporter[0] == '\0')
		snprintf(head->reporter, sizeof(head->reporter), "%s", text);
	else if (is_at(xml, "report_id"))
		snprintf(head->id, sizeof(head->id), "%s", text);
	else if (is_at(xml, "begin"))
		(void)bs_report_number(text, &head->begin);
	else if (is_at(xml, "end"))
		(void)bs_report_number(text, &head->end);
	else if (is_at(xml, "domain") && is_child_of(xml, "policy_published"))
		bs_report_domain(text, head->domain);
}

/* The element's text without the space around it. */
static const char *
trimmed(struct bs_report_xml *xml)
{
	char *text = xml->text;

	while (xml->text_len > 0 &&
	       strchr(" \t\r\n", text[xml->text_len - 1]) != NULL)
		xml->text_len--;
	text[xml->text_len] = '\0';
	return text + strspn(text, " \t\r\n");
}

static void XMLCALL
on_start(void *context, const XML_Char *name, const XML_Char **attributes)
{
	struct bs_report_xml *xml = context;
	const char *colon = strrchr(name, ':');
	char *out;

	(void)attributes;
	xml->quiet = 0;
	if (xml->is_over)
		return;
	if (xml->depth == DEPTH_MAX) {
		tell_fault(xml, "elements in elements, over %d deep",
		    DEPTH_MAX);
		if (xml->rc == 0)
			stop(xml, -EINVAL);
		return;
	}
	out = xml->names[xml->depth++];
	snprintf(out, NAME_MAX_OCTETS, "%s", colon == NULL ? name : colon + 1);
	for (; *out != '\0'; out++)
		*out = bs_ascii_lower(*out);
	xml->text_len = 0;
	if (xml->depth == 1)
		xml->is_report = is_at(xml, "feedback");
	if (is_at(xml, "record"))
		begin_record(xml);
	if (is_child_of(xml, "auth_results")) {
		xml->result_domain[0] = '\0';
		xml->result[0] = '\0';
	}
}

static void XMLCALL
on_end(void *context, const XML_Char *name)
{
	struct bs_report_xml *xml = context;
	const char *text = trimmed(xml);

	(void)name;
	xml->quiet = 0;
	if (xml->depth == 0 || xml->is_over)
		return;
	if (xml->in_record && is_at(xml, "record"))
		end_record(xml);
	else if (xml->in_record)
		take_record_value(xml, text);
	else
		take_head_value(xml, text);
	xml->text_len = 0;
	if (--xml->depth > 0)
		return;
	xml->is_over = true;
	if (xml->is_report)
		tell_head(xml);
}

static void XMLCALL
on_text(void *context, const XML_Char *text, int len)
{
	struct bs_report_xml *xml = context;
	size_t room = sizeof(xml->text) - 1 - xml->text_len;
	size_t more = (size_t)len < room ? (size_t)len : room;

	xml->quiet = 0;
	memcpy(xml->text + xml->text_len, text, more);
	xml->text_len += more;
}

static void XMLCALL
on_doctype(void *context, const XML_Char *name, const XML_Char *system,
    const XML_Char *public, int has_internal)
{
	struct bs_report_xml *xml = context;

	(void)name;
	(void)system;
	(void)public;
	(void)has_internal;
	tell_fault(xml, "a DOCTYPE, which no report has");
	if (xml->rc == 0)
		stop(xml, -EINVAL);
}

struct bs_report_xml *
bs_report_xml_new(bs_report_tell *tell, void *context)
{
	struct bs_report_xml *xml = calloc(1, sizeof(*xml));

	if (xml == NULL)
		return NULL;
	xml->tell = tell;
	xml->context = context;
	/* whatever it declares: see scrub.c */
	xml->parser = XML_ParserCreate("UTF-8");
	if (xml->parser == NULL) {
		free(xml);
		return NULL;
	}
	XML_SetUserData(xml->parser, xml);
	XML_SetElementHandler(xml->parser, on_start, on_end);
	XML_SetCharacterDataHandler(xml->parser, on_text);
	XML_SetStartDoctypeDeclHandler(xml->parser, on_doctype);
	return xml;
}

void
bs_report_xml_free(struct bs_report_xml *xml)
{
	if (xml == NULL)
		return;
	XML_ParserFree(xml->parser);
	free(xml);
}

static int
parse(struct bs_report_xml *xml, const char *text, size_t len, bool is_last)
{
	if (xml->rc != 0)
		return xml->rc;
	/* what stands behind the report is nobody's loss */
	if (xml->is_over)
		return 0;
	xml->quiet += len;
	if (xml->quiet > TOKEN_MAX) {
		tell_fault(xml, "a tag or comment of more than %d octets",
		    TOKEN_MAX);
		xml->rc = xml->rc == 0 ? -EINVAL : xml->rc;
		return xml->rc;
	}
	if (XML_Parse(xml->parser, text, (int)len, is_last) == XML_STATUS_OK ||
	    xml->is_over)
		return xml->rc;
	if (xml->rc == 0) {
		tell_fault(xml, "%s",
		    XML_ErrorString(XML_GetErrorCode(xml->parser)));
		xml->rc = xml->rc == 0 ? -EINVAL : xml->rc;
	}
	return xml->rc;
}

int
bs_report_xml_feed(struct bs_report_xml *xml, const uint8_t *octets, size_t len)
{
	char clean[PIECE + BS_SCRUB_SLACK];
	int rc = xml->rc;

	while (rc == 0 && len > 0) {
		size_t piece = len < PIECE ? len : PIECE;
		size_t clean_len = bs_scrub(&xml->scrub, octets, piece, clean);

		rc = parse(xml, clean, clean_len, false);
		octets += piece;
		len -= piece;
	}
	return rc;
}

int
bs_report_xml_end(struct bs_report_xml *xml)
{
	int rc = parse(xml, "", 0, true);

	if (rc == 0 && !xml->is_report) {
		tell_fault(xml, "no DMARC aggregate report: it does not begin "
				"with <feedback>");
		rc = xml->rc == 0 ? -EINVAL : xml->rc;
	}
	return rc;
}
