/* Between the parts of backstop doctor that look at Exim's configuration. */
#ifndef BS_CLI_DOCTOR_EXIM_H
#define BS_CLI_DOCTOR_EXIM_H

#include <limits.h>

#include "common/cli/doctor/doctor.h"
#include "common/cli/doctor/exim_conf.h"

enum bs_doctor_layout {
	BS_EXIM_SPLIT,	 /* Debian's conf.d */
	BS_EXIM_UNSPLIT, /* Debian's exim4.conf.template */
	BS_EXIM_OWN,	 /* exim4.conf by hand */
};

struct bs_doctor_exim {
	struct bs_doctor *doctor;
	enum bs_doctor_layout layout;
	struct bs_doctor_files files;
	bool lacks_module_conf; /* what tells Exim of the module */
	char module_conf[PATH_MAX];
	char relay_nets[BS_EXIM_VALUE];
	struct bs_exim_conf conf;
};

/* Looks at what was read. */
void bs_doctor_exim_pieces(const struct bs_doctor_exim *exim);
void bs_doctor_exim_module(const struct bs_doctor_exim *exim);
void bs_doctor_exim_nets(const struct bs_doctor_exim *exim);
void bs_doctor_exim_made(const struct bs_doctor_exim *exim);

/* What "exim4 -bP local_scan_path" says, of the Exim that is installed here.
 * Returns whether it was asked and answered. */
bool bs_doctor_exim_asks(char *out, size_t size);

#endif
