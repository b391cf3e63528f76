/* Answers to op sign, which wait for the commit of what they record: a
 * signature that left, and that the store then did not know, would make a
 * genuine bounce look unissued. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "common/engine/commit_queue.h"

#define DEADLINE_MS 500 /* where the question names none */

/* An answer leaves after this part of its deadline; the rest is for its way
 * back to the adapter. */
#define PATIENCE_PERCENT 60

struct answer {
	TAILQ_ENTRY(answer) entry;
	struct bs_peer *peer; /* NULL once it is gone */
	struct bs_asked asked;
	struct bs_answer text;
	uint8_t sender[BS_RECORD_HASH];
	int64_t hurry_ms; /* answer by then, recorded or not */
	int64_t due_ms;	  /* the adapter stops waiting then */
};

TAILQ_HEAD(answers, answer);

struct bs_commit_queue {
	struct answers answers; /* in the order asked */
	struct bs_traffic *traffic;
};

struct bs_commit_queue *
bs_commit_queue_new(struct bs_traffic *traffic)
{
	struct bs_commit_queue *queue = malloc(sizeof(*queue));

	if (queue == NULL)
		return NULL;
	TAILQ_INIT(&queue->answers);
	queue->traffic = traffic;
	return queue;
}

void
bs_commit_queue_free(struct bs_commit_queue *queue)
{
	free(queue);
}

bool
bs_commit_queue_is_empty(const struct bs_commit_queue *queue)
{
	return TAILQ_EMPTY(&queue->answers);
}

int
bs_commit_queue_add(struct bs_commit_queue *queue, struct bs_peer *peer,
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
	mine->asked = *bs_peer_asked(peer);
	mine->text = *answer;
	memcpy(mine->sender, judgement->sender, sizeof(mine->sender));
	mine->hurry_ms = now_ms + deadline_ms * PATIENCE_PERCENT / 100;
	mine->due_ms = now_ms + deadline_ms;
	TAILQ_INSERT_TAIL(&queue->answers, mine, entry);
	return 0;
}

void
bs_commit_queue_forget(struct bs_commit_queue *queue,
    const struct bs_peer *peer)
{
	struct answer *answer;

	TAILQ_FOREACH(answer, &queue->answers, entry)
	if (answer->peer == peer) {
		answer->peer = NULL;
		queue->traffic->late++;
	}
}

void
bs_commit_queue_mark_unrecorded(struct bs_answer *answer)
{
	snprintf(answer->reason, sizeof(answer->reason), "unrecorded");
}

static void
release(struct bs_commit_queue *queue, struct answer *answer,
    struct bs_writer *writer, int64_t now_ms, int64_t now)
{
	TAILQ_REMOVE(&queue->answers, answer, entry);
	if (answer->peer == NULL || now_ms > answer->due_ms)
		bs_writer_note(writer, answer->sender, BS_NOTE_UNSIGNED, now);
	if (answer->peer != NULL)
		bs_peer_answer(answer->peer, &answer->asked, &answer->text);
	free(answer);
}

void
bs_commit_queue_release(struct bs_commit_queue *queue, struct bs_writer *writer,
    bool recorded, int64_t now_ms, int64_t now)
{
	struct answer *answer;

	while ((answer = TAILQ_FIRST(&queue->answers)) != NULL) {
		if (!recorded)
			bs_commit_queue_mark_unrecorded(&answer->text);
		release(queue, answer, writer, now_ms, now);
	}
}

void
bs_commit_queue_hurry(struct bs_commit_queue *queue, struct bs_writer *writer,
    int64_t now_ms, int64_t now)
{
	struct answer *answer;
	struct answer *next;

	for (answer = TAILQ_FIRST(&queue->answers); answer != NULL;
	     answer = next) {
		next = TAILQ_NEXT(answer, entry);
		if (now_ms < answer->hurry_ms)
			continue;
		bs_commit_queue_mark_unrecorded(&answer->text);
		release(queue, answer, writer, now_ms, now);
	}
}
