/* The message itself: its lines taken, a bounce judged, the last word said. */
#ifndef BS_FILTER_DATA_H
#define BS_FILTER_DATA_H

#include "filter/filter.h"

/* Takes a line of a session's message, or the "." behind the last. A bounce is
 * judged at its end, or when it has become too long to be kept: the engine is
 * asked about each recipient, and the mildest answer counts. The message goes
 * on when all answers are there, or after two deadlines. */
void bs_data_line(struct bs_filter *filter, struct bs_session *session,
    const struct bs_proto_line *line);

/* smtpd asks for the last word on a session's message: it is said now, or as
 * soon as it is known. */
void bs_data_end(struct bs_filter *filter, struct bs_session *session,
    const struct bs_proto_line *line);

#endif
