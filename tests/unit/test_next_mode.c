/* What speaks against a step of a domain's mode. */
#include "common/cli/status/next_mode.h"
#include "tests/unit/unit.h"

/* A domain for which all is well, and what a case changes of it. */
struct scene {
	struct bs_domain domain;
	struct bs_domain_status survey;
	struct bs_next_mode_ground ground;
};

static void
set_scene(struct scene *scene)
{
	memset(scene, 0, sizeof(*scene));
	scene->domain.name = (char *)"example.org";
	scene->domain.sign = true;
	scene->domain.outbound_here = true;
	scene->survey.coverage = BS_COVERAGE_FULL;
	scene->survey.month.counts[BS_TALLY_TAG_HOME] = 1;
	scene->ground = (struct bs_next_mode_ground){.domain = &scene->domain,
	    .survey = &scene->survey,
	    .has_key = true};
}

/* The words of what speaks against a mode, a space behind each. */
static const char *
against(const struct scene *scene, enum bs_mode to)
{
	static char words[256];
	struct bs_next_mode step;

	words[0] = '\0';
	bs_next_mode_check(&scene->ground, to, &step);
	for (size_t i = 0; i < step.count; i++) {
		size_t len = strlen(words);

		snprintf(words + len, sizeof(words) - len, "%s ",
		    step.reasons[i].word);
		assert_true(strlen(step.reasons[i].text) > 20);
		assert_true(
		    strlen(step.reasons[i].text) < BS_NEXT_MODE_TEXT - 1);
	}
	return words;
}

static void
allows_what_is_well(void **state)
{
	struct scene scene;

	(void)state;
	set_scene(&scene);
	for (unsigned to = BS_OBSERVE; to <= BS_ENFORCE; to++)
		assert_string_equal(against(&scene, (enum bs_mode)to), "");
}

static void
says_each_reason(void **state)
{
	struct scene scene;

	(void)state;
	set_scene(&scene);
	scene.domain.sign = false;
	assert_string_equal(against(&scene, BS_JUNK), "sign-off ");
	set_scene(&scene);
	scene.ground.has_key = false;
	assert_string_equal(against(&scene, BS_JUNK), "no-key ");
	set_scene(&scene);
	scene.ground.clock_in_doubt = true;
	assert_string_equal(against(&scene, BS_JUNK), "clock ");
	set_scene(&scene);
	scene.ground.survey = NULL;
	assert_string_equal(against(&scene, BS_JUNK), "no-store ");
	set_scene(&scene);
	scene.survey.month.counts[BS_TALLY_TAG_HOME] = 0;
	assert_string_equal(against(&scene, BS_ENFORCE), "no-tag-home ");
	set_scene(&scene);
	scene.survey.week.counts[BS_TALLY_STRIPPED] = 1;
	assert_string_equal(against(&scene, BS_ENFORCE), "stripped ");
	scene.survey.week.counts[BS_TALLY_STRIPPED] = 0;
	scene.survey.month.counts[BS_TALLY_STRIPPED] = 1;
	assert_string_equal(against(&scene, BS_ENFORCE), "");
	scene.survey.month.counts[BS_TALLY_REFUSED_LATER_KNOWN] = 1;
	assert_string_equal(against(&scene, BS_ENFORCE),
	    "refused-later-known ");
}

static void
asks_for_coverage_where_it_matters(void **state)
{
	struct scene scene;

	(void)state;
	set_scene(&scene);
	scene.survey.coverage = BS_COVERAGE_PARTIAL;
	assert_string_equal(against(&scene, BS_ENFORCE), "coverage ");
	scene.survey.full_at = 1000000000;
	assert_string_equal(against(&scene, BS_ENFORCE), "coverage ");
	scene.domain.outbound_here = false;
	assert_string_equal(against(&scene, BS_ENFORCE), "");
	scene.survey.unwatched_days = 1;
	assert_string_equal(against(&scene, BS_ENFORCE), "not-watched ");
	assert_string_equal(against(&scene, BS_JUNK), "");
	scene.domain.sign = false;
	assert_string_equal(against(&scene, BS_ENFORCE), "sign-off ");
}

static void
lets_every_domain_be_marked(void **state)
{
	struct scene scene;

	(void)state;
	memset(&scene, 0, sizeof(scene));
	scene.domain.name = (char *)"example.org";
	scene.ground.domain = &scene.domain;
	assert_string_equal(against(&scene, BS_MARK), "");
	assert_string_equal(against(&scene, BS_OBSERVE), "");
	assert_string_equal(against(&scene, BS_JUNK),
	    "sign-off no-key no-store ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(allows_what_is_well),
	    cmocka_unit_test(says_each_reason),
	    cmocka_unit_test(asks_for_coverage_where_it_matters),
	    cmocka_unit_test(lets_every_domain_be_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
