/* backstop doctor's findings, on the terminal and as one object. */
#include <stdio.h>
#include <stdlib.h>

#include "common/cli/doctor/doctor.h"
#include "common/cli/output.h"

/* The worst first; then by the table, then as they were found. */
static int
compare(const void *a, const void *b)
{
	const struct bs_finding *one = a;
	const struct bs_finding *other = b;

	if (one->severity != other->severity)
		return one->severity > other->severity ? -1 : 1;
	if (one->check != other->check)
		return one->check < other->check ? -1 : 1;
	return one->order < other->order ? -1 : 1;
}

static void
sort(struct bs_doctor *doctor)
{
	qsort(doctor->findings, doctor->count, sizeof(*doctor->findings),
	    compare);
}

static unsigned
count(const struct bs_doctor *doctor, enum bs_severity severity)
{
	unsigned found = 0;

	for (size_t i = 0; i < doctor->count; i++)
		found += doctor->findings[i].severity == severity;
	return found;
}

static void
print_count(const struct bs_doctor *doctor, enum bs_severity severity,
    const char *one, const char *many, const char *behind)
{
	unsigned found = count(doctor, severity);

	printf("%u %s%s", found, found == 1 ? one : many, behind);
}

void
bs_doctor_print(struct bs_doctor *doctor)
{
	sort(doctor);
	for (size_t i = 0; i < doctor->count; i++) {
		const struct bs_finding *finding = &doctor->findings[i];

		printf("%-8s %-16s %s\n", bs_severity_name(finding->severity),
		    bs_check_name(finding->check), finding->text);
		if (finding->fix[0] != '\0')
			printf("%9s%s\n", "", finding->fix);
	}
	print_count(doctor, BS_FOUND_ERROR, "error", "errors", ", ");
	print_count(doctor, BS_FOUND_WARNING, "warning", "warnings", ", ");
	print_count(doctor, BS_FOUND_UNKNOWN, "unknown", "unknown", ", ");
	print_count(doctor, BS_FOUND_NOTE, "note", "notes", ", ");
	print_count(doctor, BS_FOUND_OK, "ok", "ok", "\n");
}

void
bs_doctor_json(struct bs_doctor *doctor)
{
	struct bs_json *json = bs_json_object();
	struct bs_json *array = bs_json_array();

	sort(doctor);
	bs_json_number(json, "errors", count(doctor, BS_FOUND_ERROR));
	bs_json_number(json, "warnings", count(doctor, BS_FOUND_WARNING));
	bs_json_number(json, "unknown", count(doctor, BS_FOUND_UNKNOWN));
	bs_json_number(json, "notes", count(doctor, BS_FOUND_NOTE));
	bs_json_number(json, "ok", count(doctor, BS_FOUND_OK));
	for (size_t i = 0; i < doctor->count; i++) {
		const struct bs_finding *finding = &doctor->findings[i];
		struct bs_json *one = bs_json_object();

		bs_json_text(one, "severity",
		    bs_severity_name(finding->severity));
		bs_json_text(one, "check", bs_check_name(finding->check));
		bs_json_text(one, "text", finding->text);
		bs_json_text(one, "fix",
		    finding->fix[0] != '\0' ? finding->fix : NULL);
		bs_json_append(array, one);
	}
	bs_json_put(json, "findings", array);
	bs_json_print(json);
}
