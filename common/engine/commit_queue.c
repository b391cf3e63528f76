/* Signatures whose answers wait for the commit that holds their record. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "common/engine/commit_queue.h"

#define DEADLINE_MS 500 /* of a question that names none */

/* Of a deadline: the rest is for the way back. */
#define PATIENCE_PERCENT 60

struct answer {
	TAILQ_ENTRY(answer) entry;
	struct bs_peer *peer; /* NULL once it is gone */
	struct bs_answer text;
	uint8_t sender[BS_RECORD_HASH];
	int64_t hurry_ms; /* answer by then, recorded or not */
	int64_t due_ms;	  /* the adapter does without us from here on */
};

TAILQ_HEAD(answers, answer);

struct bs_commit_queue {
	struct answers answers; /* in the order asked */
};

struct bs_commit_queue *
bs_commit_queue_new(void)
{
	struct bs_commit_queue *held = malloc(sizeof(*held));

	if (held != NULL)
		TAILQ_INIT(&held->answers);
	return held;
}

void
bs_commit_queue_free(struct bs_commit_queue *held)
{
	free(held);
}

bool
bs_commit_queue_is_empty(const struct bs_commit_queue *held)
{
	return TAILQ_EMPTY(&held->answers);
}

int
bs_commit_queue_add(struct bs_commit_queue *held, struct bs_peer *peer,
    const struct bs_request *request, const struct bs_answer *answer,
    const struct bs_judgement *judgement, int64_t now_ms)
{
	struct answer *mine = malloc(sizeof(*mine));
	int64_t deadline_ms = request->deadline_ms > 0
				  ? (int64_t)request->deadline_ms
				  : DEADLINE_MS;

	if (mine == NULL)
		return -ENOMEM;
	mine->peer = peer;
	mine->text = *answer;
	memcpy(mine->sender, judgement->sender, sizeof(mine->sender));
	mine->hurry_ms = now_ms + deadline_ms * PATIENCE_PERCENT / 100;
	mine->due_ms = now_ms + deadline_ms;
	TAILQ_INSERT_TAIL(&held->answers, mine, entry);
	return 0;
}

void
bs_commit_queue_forget(struct bs_commit_queue *held, const struct bs_peer *peer)
{
	struct answer *answer;

	TAILQ_FOREACH(answer, &held->answers, entry)
	if (answer->peer == peer)
		answer->peer = NULL;
}

void
bs_commit_queue_mark_unrecorded(struct bs_answer *answer)
{
	snprintf(answer->reason, sizeof(answer->reason), "unrecorded");
}

static void
release(struct bs_commit_queue *held, struct answer *answer,
    struct bs_writer *writer, int64_t now_ms, int64_t now)
{
	TAILQ_REMOVE(&held->answers, answer, entry);
	if (answer->peer == NULL || now_ms > answer->due_ms)
		bs_writer_note(writer, answer->sender, BS_NOTE_UNSIGNED, now);
	if (answer->peer != NULL)
		bs_peer_answer(answer->peer, &answer->text);
	free(answer);
}

void
bs_commit_queue_release(struct bs_commit_queue *held, struct bs_writer *writer,
    bool recorded, int64_t now_ms, int64_t now)
{
	struct answer *answer;

	while ((answer = TAILQ_FIRST(&held->answers)) != NULL) {
		if (!recorded)
			bs_commit_queue_mark_unrecorded(&answer->text);
		release(held, answer, writer, now_ms, now);
	}
}

void
bs_commit_queue_hurry(struct bs_commit_queue *held, struct bs_writer *writer,
    int64_t now_ms, int64_t now)
{
	struct answer *answer;
	struct answer *next;

	for (answer = TAILQ_FIRST(&held->answers); answer != NULL;
	     answer = next) {
		next = TAILQ_NEXT(answer, entry);
		if (now_ms < answer->hurry_ms)
			continue;
		bs_commit_queue_mark_unrecorded(&answer->text);
		release(held, answer, writer, now_ms, now);
	}
}
