/* An SPF record with all that it includes as one list of networks, and the
 * differences between two such lists. */
#include <errno.h>
#include <string.h>

#include "common/spf/lint/flat.h"
#include "common/spf/run_state.h"

/* FNV-1a. */
#define MARK_START UINT64_C(14695981039346656037)
#define MARK_PRIME UINT64_C(1099511628211)

/* An evaluation: the records that it is in, each within the one before. */
struct walk {
	const struct bs_spf_flat_step *steps;
	size_t at;
	bool is_ip6;
	const uint8_t *address;
	unsigned lookups;
	unsigned voids;
	unsigned more_lookups; /* that open terms may have needed */
	unsigned more_voids;
	size_t depth;
	struct level {
		size_t end;
		const struct bs_spf_flat_step *of;
	} levels[BS_SPF_FLAT_DEPTH];
};

struct comparison {
	const struct bs_spf_flat *from;
	const struct bs_spf_flat *to;
	struct bs_spf_edge *edges;
	size_t edge_max;
	size_t edge_count;
	bool is_ip6;
	bs_spf_change_tell *tell;
	void *context;
};

static void
add_octet(uint64_t *mark, unsigned octet)
{
	if (*mark == 0)
		*mark = MARK_START;
	*mark = (*mark ^ octet) * MARK_PRIME;
}

/* Notes that an open term might have matched here, and with which result. */
static void
add_open(struct bs_spf_said *said, const struct bs_spf_flat_step *step)
{
	for (const char *p = step->text; *p != '\0'; p++)
		add_octet(&said->open, (unsigned char)*p);
	add_octet(&said->open, (unsigned)step->result);
}

static bool
net_holds(const struct bs_spf_net *net, bool is_ip6,
    const uint8_t address[static 16])
{
	struct bs_spf_net host = {.is_ip6 = is_ip6,
	    .prefix = is_ip6 ? 128 : 32};

	memcpy(host.address, address, 16);
	return bs_spf_net_has(net, &host);
}

static bool
is_error(enum bs_spf_result result)
{
	return result == BS_SPF_NONE || result == BS_SPF_TEMPERROR ||
	       result == BS_SPF_PERMERROR;
}

/* Counts against a limit. Returns whether it is broken. */
static bool
count(unsigned *counter, unsigned max, enum bs_spf_flat_limit limit,
    struct bs_spf_said *said)
{
	if (++*counter <= max)
		return false;
	said->result = BS_SPF_PERMERROR;
	said->limit = limit;
	return true;
}

static bool
is_for(const struct bs_spf_flat_step *step, bool is_ip6)
{
	return step->family == 0 || (step->family == 6) == is_ip6;
}

/* Steps into a record. Returns whether that is too deep. */
static bool
enter(struct walk *walk, const struct bs_spf_flat_step *step,
    struct bs_spf_said *said)
{
	if (walk->depth + 1 == BS_SPF_FLAT_DEPTH) {
		said->result = BS_SPF_PERMERROR;
		return true;
	}
	walk->levels[++walk->depth] =
	    (struct level){walk->at + step->inner, step};
	return false;
}

/* Returns whether the step decides. The end of a record is neutral. */
static bool
take_step(struct walk *walk, struct bs_spf_said *said)
{
	const struct bs_spf_flat_step *step = &walk->steps[walk->at];

	said->result = BS_SPF_NEUTRAL;
	if (walk->at == walk->levels[walk->depth].end)
		return true;
	walk->at++;
	said->result = step->result;
	if (!is_for(step, walk->is_ip6))
		return false;
	switch (step->kind) {
	case BS_SPF_FLAT_NET:
		return net_holds(&step->net, walk->is_ip6, walk->address);
	case BS_SPF_FLAT_OPEN:
		add_open(said, step);
		walk->more_lookups += step->more_lookups;
		walk->more_voids += step->more_voids;
		return false;
	case BS_SPF_FLAT_LOOKUP:
		return count(&walk->lookups, BS_SPF_LOOKUPS_MAX,
		    BS_SPF_LIMIT_LOOKUPS, said);
	case BS_SPF_FLAT_VOID:
		return count(&walk->voids, BS_SPF_VOIDS_MAX, BS_SPF_LIMIT_VOIDS,
		    said);
	case BS_SPF_FLAT_INCLUDE:
	case BS_SPF_FLAT_REDIRECT:
		return enter(walk, step, said);
	default:
		return true;
	}
}

/* An inner record has its result. Returns whether that ends the outer one (RFC
 * 7208 §5.2, §6.1). */
static bool
leave(struct walk *walk, struct bs_spf_said *said)
{
	const struct level *level = &walk->levels[walk->depth--];

	if (level->of->kind == BS_SPF_FLAT_REDIRECT || is_error(said->result))
		return true;
	walk->at = level->end;
	if (said->result != BS_SPF_PASS)
		return false;
	said->result = level->of->result;
	return true;
}

/* Where open terms may have gone over a limit, the result depends on how much
 * was left for them. */
static void
mark_costs(const struct walk *walk, struct bs_spf_said *said)
{
	if (said->limit != BS_SPF_LIMIT_NONE ||
	    (walk->lookups + walk->more_lookups <= BS_SPF_LOOKUPS_MAX &&
		walk->voids + walk->more_voids <= BS_SPF_VOIDS_MAX))
		return;
	add_octet(&said->open, walk->lookups);
	add_octet(&said->open, walk->voids);
}

struct bs_spf_said
bs_spf_flat_say(const struct bs_spf_flat *flat, bool is_ip6,
    const uint8_t address[static 16])
{
	struct walk walk = {.steps = flat->steps,
	    .is_ip6 = is_ip6,
	    .address = address};
	struct bs_spf_said said = {.open = 0};

	walk.levels[0].end = flat->count;
	for (;;) {
		bool has_result = take_step(&walk, &said);

		while (has_result && walk.depth > 0)
			has_result = leave(&walk, &said);
		if (has_result) {
			mark_costs(&walk, &said);
			return said;
		}
	}
}

/* Adds an address at which a result may change; the list stays sorted, without
 * doubles. */
static int
add_edge(struct comparison *all, const uint8_t address[static 16])
{
	size_t low = 0;
	size_t high = all->edge_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (memcmp(all->edges[middle].address, address, 16) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < all->edge_count &&
	    memcmp(all->edges[low].address, address, 16) == 0)
		return 0;
	if (all->edge_count == all->edge_max)
		return -ENOSPC;
	memmove(&all->edges[low + 1], &all->edges[low],
	    (all->edge_count - low) * sizeof(all->edges[0]));
	memcpy(all->edges[low].address, address, 16);
	all->edge_count++;
	return 0;
}

/* The mapped addresses: no client has one, as a check takes the IPv4 address
 * in it (RFC 7208 §5). */
static const struct bs_spf_net mapped = {.is_ip6 = true,
    .address = {[10] = 0xff, [11] = 0xff},
    .prefix = 96};

static int
add_edges(struct comparison *all, const struct bs_spf_flat *flat)
{
	uint8_t behind[16];
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < flat->count; i++) {
		const struct bs_spf_flat_step *step = &flat->steps[i];

		if (step->kind != BS_SPF_FLAT_NET ||
		    step->net.is_ip6 != all->is_ip6 ||
		    bs_spf_net_has(&mapped, &step->net))
			continue;
		rc = add_edge(all, step->net.address);
		bs_spf_net_last(&step->net, behind);
		if (rc == 0 && bs_spf_net_step(all->is_ip6, behind))
			rc = add_edge(all, behind);
	}
	return rc;
}

/* The largest network that begins at an address and ends at the last one or
 * before. */
static void
widen(struct bs_spf_net *net, const uint8_t last[static 16])
{
	net->prefix = net->is_ip6 ? 128 : 32;
	while (net->prefix > 0) {
		struct bs_spf_net wider = *net;
		uint8_t end[16];

		wider.prefix--;
		if (bs_spf_net_mask(&wider))
			return;
		bs_spf_net_last(&wider, end);
		if (memcmp(end, last, 16) > 0)
			return;
		net->prefix--;
	}
}

/* Tells of all addresses from first to last. */
static void
tell_range(const struct comparison *all, struct bs_spf_change *change,
    const uint8_t first[static 16], const uint8_t last[static 16])
{
	uint8_t at[16];

	change->net.is_ip6 = all->is_ip6;
	memcpy(at, first, 16);
	for (;;) {
		memcpy(change->net.address, at, 16);
		widen(&change->net, last);
		all->tell(all->context, change);
		bs_spf_net_last(&change->net, at);
		if (memcmp(at, last, 16) >= 0 ||
		    !bs_spf_net_step(all->is_ip6, at))
			return;
	}
}

/* Whether two addresses get the same from one record. */
static bool
is_alike(const struct bs_spf_said *a, const struct bs_spf_said *b)
{
	return a->result == b->result && a->limit == b->limit &&
	       a->open == b->open;
}

/* Whether an address is known to get the same from two. */
static bool
is_same(const struct bs_spf_said *a, const struct bs_spf_said *b)
{
	return a->result == b->result && a->open == b->open &&
	       a->result != BS_SPF_TEMPERROR;
}

static void
step_back(bool is_ip6, uint8_t address[static 16])
{
	for (size_t i = is_ip6 ? 16 : 4; i > 0; i--)
		if (address[i - 1]-- != 0)
			return;
}

/* The last address before an edge, or of the family. */
static void
last_before(const struct comparison *all, size_t edge, uint8_t out[static 16])
{
	struct bs_spf_net everything = {.is_ip6 = all->is_ip6};

	if (edge == all->edge_count) {
		bs_spf_net_last(&everything, out);
		return;
	}
	memcpy(out, all->edges[edge].address, 16);
	step_back(all->is_ip6, out);
}

static bool
is_listed(const struct bs_spf_flat *flat, bool is_ip6,
    const uint8_t address[static 16])
{
	for (size_t i = 0; i < flat->count; i++)
		if (flat->steps[i].kind == BS_SPF_FLAT_NET &&
		    net_holds(&flat->steps[i].net, is_ip6, address))
			return true;
	return false;
}

/* The first client behind an edge. */
static void
first_client(const struct comparison *all, size_t edge, uint8_t out[static 16])
{
	memcpy(out, all->edges[edge].address, 16);
	if (!all->is_ip6 || !net_holds(&mapped, true, out))
		return;
	bs_spf_net_last(&mapped, out);
	(void)bs_spf_net_step(true, out);
}

static struct bs_spf_change
look(const struct comparison *all, size_t edge)
{
	struct bs_spf_change change = {.net.is_ip6 = all->is_ip6};
	uint8_t address[16];

	first_client(all, edge, address);
	change.is_rest = !is_listed(all->from, all->is_ip6, address) &&
			 !is_listed(all->to, all->is_ip6, address);
	change.from = bs_spf_flat_say(all->from, all->is_ip6, address);
	change.to = bs_spf_flat_say(all->to, all->is_ip6, address);
	return change;
}

static int
compare_family(struct comparison *all)
{
	static const uint8_t zero[16];
	struct bs_spf_change rest = {.is_rest = false};
	uint8_t last[16];
	size_t end;
	int rc;

	all->edge_count = 0;
	rc = add_edge(all, zero);
	if (rc == 0)
		rc = add_edges(all, all->from);
	if (rc == 0)
		rc = add_edges(all, all->to);
	for (size_t i = 0; rc == 0 && i < all->edge_count; i = end) {
		struct bs_spf_change change = look(all, i);

		for (end = i + 1; end < all->edge_count; end++) {
			struct bs_spf_change next = look(all, end);

			if (!is_alike(&next.from, &change.from) ||
			    !is_alike(&next.to, &change.to) ||
			    next.is_rest != change.is_rest)
				break;
		}
		if (is_same(&change.from, &change.to))
			continue;
		if (change.is_rest) {
			/* the same wherever it is */
			rest = change;
			continue;
		}
		last_before(all, end, last);
		tell_range(all, &change, all->edges[i].address, last);
	}
	if (rc == 0 && rest.is_rest)
		all->tell(all->context, &rest);
	return rc;
}

int
bs_spf_flat_compare(const struct bs_spf_flat *from,
    const struct bs_spf_flat *to, struct bs_spf_edge *edges, size_t edge_max,
    bs_spf_change_tell *tell, void *context)
{
	struct comparison all = {.from = from,
	    .to = to,
	    .edges = edges,
	    .edge_max = edge_max,
	    .tell = tell,
	    .context = context};
	int rc = compare_family(&all);

	if (rc != 0)
		return rc;
	all.is_ip6 = true;
	return compare_family(&all);
}
