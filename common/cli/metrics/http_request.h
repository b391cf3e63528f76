/* A request by HTTP/1.0 or 1.1 (RFC 9112), as a scraper sends it. */
#ifndef BS_CLI_METRICS_HTTP_REQUEST_H
#define BS_CLI_METRICS_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

/* Octets of a request line and its header fields, at most. */
#define BS_HTTP_REQUEST_MAX 8192

enum bs_http_status {
	BS_HTTP_UNFINISHED, /* so far nothing is wrong with the request */
	BS_HTTP_OK,	    /* GET or HEAD of /metrics */
	BS_HTTP_OTHER_METHOD,
	BS_HTTP_OTHER_PATH,
	BS_HTTP_BAD,
	BS_HTTP_TROUBLE, /* of our own: no request is read as this */
};

/* Says what was asked, from the first octet of the connection on, and whether
 * by HEAD. What stands behind the empty line is not looked at. */
enum bs_http_status bs_http_request_read(const char *octets, size_t len,
    bool *is_head);

#endif
