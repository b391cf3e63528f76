/* What the module uses of <local_scan.h>, as it is declared since ABI 9.1 of
 * Exim 4.100, which neither Debian 12 nor 13 has. Nothing is ever linked with
 * it: it must only compile. */
#ifndef LOCAL_SCAN_H
#define LOCAL_SCAN_H

#define LOCAL_SCAN_ABI_VERSION_MAJOR 9
#define LOCAL_SCAN_ABI_VERSION_MINOR 1

typedef unsigned char uschar;
typedef unsigned BOOL;

#define US (unsigned char *)
#define CUS (const unsigned char *)
#define CCS (const char *)

enum {
	LOCAL_SCAN_ACCEPT,
	LOCAL_SCAN_REJECT_NOLOGHDR = 4,
	LOCAL_SCAN_TEMPREJECT_NOLOGHDR = 6,
};

#define FALSE 0

#define OK 0
#define FAIL_FORCED 4

#define LOG_MAIN 1

typedef struct header_line {
	struct header_line *next;
	int type;
	int slen;
	uschar *text;
} header_line;

/* const since 4.98 */
typedef struct recipient_item {
	const uschar *address;
	int dsn_flags;
} recipient_item;

extern header_line *header_list;
extern BOOL host_checking;
extern uschar *message_id;
extern int recipients_count;
extern recipient_item *recipients_list;
extern const unsigned char *sender_address;
extern uschar *sender_host_address;
extern uschar *sender_host_authenticated;
extern BOOL smtp_batched_input;
extern BOOL smtp_input;

extern int local_scan(int fd, uschar **text);

/* a macro since 7.0: what goes in as const comes out as const */
extern uschar *expand_nc_string(uschar *text);
extern const uschar *expand_c_string(const uschar *text);
#define expand_string(text)                                                    \
	_Generic((text), uschar *                                              \
		 : expand_nc_string, const uschar *                            \
		 : expand_c_string)(text)

extern void header_add(int type, const char *format, ...);
extern void header_add_at_position(BOOL after, uschar *name, BOOL topnot,
    int type, const char *format, ...);
extern void header_remove(int occurrence, const uschar *name);

/* without the selector since 9.0 */
extern void log_write(int flags, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

extern int lss_match_domain(uschar *domain, uschar *list);
extern uschar *string_copy(const uschar *text);
extern uschar *string_copy_taint(const uschar *text, const void *like);

#endif
