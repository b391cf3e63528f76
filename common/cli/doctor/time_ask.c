/* One question to a time server: how far is its clock from ours? */
#include <errno.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "common/cli/doctor/time_ask.h"
#include "common/base/monotonic.h"

#define TRIES 3
#define TRY_MS 1500

static int64_t
date_ms(void)
{
	struct timespec now = {0, 0};

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Asks once. What answers something else is passed over. */
static int
ask(int fd, struct bs_sntp_answer *out)
{
	uint8_t octets[BS_SNTP_OCTETS * 4]; /* with extensions, cut off */
	int64_t date = date_ms();
	int64_t begun = bs_monotonic_ms();
	int64_t passed = 0;
	uint64_t token;
	ssize_t n;
	int rc;

	if (getentropy(&token, sizeof(token)) != 0)
		return -errno;
	bs_sntp_write(token, octets);
	if (send(fd, octets, BS_SNTP_OCTETS, 0) < 0)
		return -errno;
	while (passed < TRY_MS) {
		struct pollfd pollfd = {.fd = fd, .events = POLLIN};

		if (poll(&pollfd, 1, (int)(TRY_MS - passed)) < 0 &&
		    errno != EINTR)
			return -errno;
		n = recv(fd, octets, sizeof(octets), MSG_DONTWAIT);
		passed = bs_monotonic_ms() - begun;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		rc = n < 0 ? -EAGAIN
			   : bs_sntp_read(octets, (size_t)n, token, date,
				 date + passed, out);
		if (rc != -EAGAIN && rc != -EPROTO)
			return rc;
	}
	return -ETIMEDOUT;
}

int
bs_time_ask(const struct sockaddr *address, socklen_t len,
    struct bs_sntp_answer *out)
{
	int fd = socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int rc = -ETIMEDOUT;

	if (fd < 0)
		return -errno;
	if (connect(fd, address, len) != 0)
		rc = -errno;
	for (int i = 0; rc == -ETIMEDOUT && i < TRIES; i++)
		rc = ask(fd, out);
	close(fd);
	return rc;
}
