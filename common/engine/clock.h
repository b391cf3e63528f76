/* Whether the clock leapt while the engine ran, and whether it is synchronised.
 */
#ifndef BS_ENGINE_CLOCK_H
#define BS_ENGINE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* All zero at first. */
struct bs_clock_watch {
	bool leapt;
	int64_t date; /* epoch seconds, when it was last believed ... */
	int64_t boot; /* ... and seconds of the kernel's since it began */
};

/* Compares the date with the time that went by since the last look, which a
 * suspended host counts, too (CLOCK_BOOTTIME). doubted: the clock is in doubt;
 * once it is not any more, whatever date it has is believed. Returns whether it
 * leapt by more than the skew, either way, and has not come back. */
bool bs_clock_watch(struct bs_clock_watch *watch, int64_t date, int64_t boot,
    bool doubted);

/* Seconds since the kernel began, those that it slept included; 0: it does not
 * say. */
int64_t bs_clock_boot_seconds(void);

/* Whether the kernel says that its clock is synchronised; or, where it may not
 * be asked, systemd-timesyncd(8). */
bool bs_clock_is_synchronised(void);

/* Logs that the clock is in doubt from now on, or no longer is. */
void bs_clock_log(bool in_doubt, bool is_synchronised);

#endif
