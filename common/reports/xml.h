/* Reads the XML of a DMARC aggregate report, piece by piece. */
#ifndef BS_REPORTS_XML_H
#define BS_REPORTS_XML_H

#include <stddef.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/reports/row.h"

struct bs_report_xml;

/* A reader that tells of the head, then of each row. Returns NULL without
 * memory. */
struct bs_report_xml *bs_report_xml_new(bs_report_tell *tell, void *context);

/* Takes the next octets. Returns 0; -EINVAL, told as a fault, from where on
 * nothing can be read; -ECANCELED where no more is wanted. */
BS_MUST_USE int bs_report_xml_feed(struct bs_report_xml *xml,
    const uint8_t *octets, size_t len);

/* The text ends here: one that is no report, or half of one, is told as a
 * fault. Returns as bs_report_xml_feed(). */
BS_MUST_USE int bs_report_xml_end(struct bs_report_xml *xml);

/* Takes NULL. */
void bs_report_xml_free(struct bs_report_xml *xml);

#endif
