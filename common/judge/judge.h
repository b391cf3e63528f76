/* From a question to its facts, its row and its answer. */
#ifndef BS_JUDGE_JUDGE_H
#define BS_JUDGE_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/backstop.h"
#include "common/config/config.h"
#include "common/judge/facts.h"
#include "common/keys/keyring.h"
#include "common/judge/probe_limit.h"
#include "common/judge/view.h"
#include "common/store/writer.h"
#include "common/policy/bounce.h"
#include "common/adapter/wire.h"

/* What judging needs; borrowed. The keyring may be empty, the writer may have
 * no store. */
struct bs_judge {
	const struct bs_config *config;
	const struct bs_keyring *keyring;
	struct bs_writer *writer;
	struct bs_probe_limit *limits; /* or NULL: nobody is limited */
};

/* Beside the answer: what the log and the tests want to know. */
struct bs_judgement {
	struct bs_finding finding; /* ops rcpt, data; views the request */
	const struct bs_row *row;  /* NULL where no verdict was due */
	enum bs_mode mode;
	enum bs_action would; /* what mode enforce would do */
	bool probing;	      /* the client is beyond the probe limit */
	bool wait; /* op sign: answer after the writer's next flush */
	uint8_t sender[BS_RECORD_HASH]; /* op sign: of the address signed */
};

/* The engine's view of its memory; lives as long as judge does. */
void bs_judge_view(const struct bs_judge *judge, struct bs_view *out);

/* Notes of each domain what the settings say today: whether mail of it is
 * signed and read. Due whenever a store comes, the day or the settings change.
 */
void bs_judge_note_domains(const struct bs_judge *judge, int64_t now);

/* Answers one question as of now (epoch seconds), but for ops spf, ping and
 * reload.
 * What cannot be read or is not ours gets status ok and action none. */
void bs_judge(const struct bs_judge *judge, const struct bs_request *request,
    int64_t now, struct bs_answer *answer, struct bs_judgement *judgement);

/* Logs one line: a verdict on a bounce or a tag, or an address of ours that
 * went unsigned. Silent about all other mail. */
void bs_judge_log(const struct bs_request *request,
    const struct bs_answer *answer, const struct bs_judgement *judgement);

#endif
