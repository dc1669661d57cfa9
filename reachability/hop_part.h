/*
 * hop_part.h - hops into some identities of one scope as bytes that are read in place:
 * one value of the store's hop index (docs/store-format.md draws it).
 *
 * A *ref* is a node by number: an entity of the scope by its id, behind them the others
 * that the part names. A hub is a rule with the list of those who may act by it; a list
 * is made of classes, whose members are in the same lists under the same conditions, and
 * of single refs. So 2,000 actors and 2,000 targets of one hub are 4,000 numbers.
 *
 *	target --into--> (hub, through)      hub --> rule, list      list --> entries
 *	actor, class --from--> (list, entry)  list --> hubs           hub --> (target, through)
 *
 * Everything is checked where it is used: bytes that are no part give ERR_CORRUPT.
 * Ownership: borrows its bytes. Threads: may be read by many.
 */
#ifndef REACHABILITY_HOP_PART_H
#define REACHABILITY_HOP_PART_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#define HOP_PART_VERSION 7u
#define HOP_PART_CLASS   0x80000000u /* of an entry: a class and not a ref */
#define HOP_PART_NONE    UINT32_MAX

enum hop_part_section {
	HOP_PART_RANGE,       /* HOP_PART_RANGE_WORDS */
	HOP_PART_DEPENDS,     /* scope number, version: what the part was made from */
	HOP_PART_ACTORS,      /* numbers of other scopes that have actors in it */
	HOP_PART_TEXTS,       /* ends in the heap, one more than texts */
	HOP_PART_RULES,       /* text: id */
	HOP_PART_OTHERS,      /* struct hop_part_other */
	HOP_PART_MORE,        /* what imagined identities have (imagined.h) */
	HOP_PART_EXPR_BEGINS, /* formulas: expr_code.h */
	HOP_PART_EXPR_WORDS,
	HOP_PART_LIST_BEGINS,
	HOP_PART_ENTRIES, /* struct hop_part_entry */
	HOP_PART_CLASS_BEGINS,
	HOP_PART_MEMBERS,     /* ref */
	HOP_PART_HUBS,        /* struct hop_part_hub */
	HOP_PART_INTO_BEGINS, /* per ref */
	HOP_PART_INTO,        /* struct hop_part_link: hub; those of wide lists last */
	HOP_PART_WIDE,        /* per ref: struct hop_part_wide */
	HOP_PART_LIST_HUB_BEGINS,
	HOP_PART_LIST_HUBS,         /* hub */
	HOP_PART_TARGET_BEGINS,     /* per hub */
	HOP_PART_TARGETS,           /* struct hop_part_link: ref */
	HOP_PART_CLASS_OF,          /* per ref */
	HOP_PART_FROM_BEGINS,       /* per ref */
	HOP_PART_FROM,              /* struct hop_part_place */
	HOP_PART_CLASS_FROM_BEGINS, /* per class */
	HOP_PART_CLASS_FROM,        /* struct hop_part_place */
	HOP_PART_CHANGED,           /* ref: imagined identities of the scope */
	HOP_PART_CHANGES,           /* struct hop_part_change */
	HOP_PART_READINGS,          /* doc, statement: tell callers apart (hop_kin.h) */
	HOP_PART_ABROAD,            /* ref: whom of other scopes policies let in */
	HOP_PART_NAMED,             /* ref: whom policies name */
	HOP_PART_DENIED,            /* ref: those that some deny names */
	HOP_PART_OPENERS,           /* entity: comes into question for opening */
	HOP_PART_HEAP,              /* bytes */
	HOP_PART_SECTIONS
};

/* Words of the section RANGE. */
enum {
	HOP_PART_ENTITIES, /* of the scope */
	HOP_PART_BEGIN,    /* of the targets: ids */
	HOP_PART_END,
	HOP_PART_SCOPES, /* that the store had */
	HOP_PART_SETS,   /* of hubs of wide lists */
	HOP_PART_WHOLE,  /* 1: with actors that hops imagine; 0: those are searched for */
	HOP_PART_DIGEST, /* of the rules: two words */
	HOP_PART_RANGE_WORDS = HOP_PART_DIGEST + 2
};

struct hop_part_other {
	uint32_t type;      /* enum node_type, or HOP_PART_IMAGINED, HOP_PART_ENTITY */
	uint32_t key;       /* text */
	uint32_t account;   /* text; of imagined ones the first word in MORE */
	uint32_t is_target; /* hops into it are here */
};

#define HOP_PART_ENTITY   0x100u /* of another scope, by its key */
#define HOP_PART_IMAGINED 0x101u

struct hop_part_entry {
	uint32_t who;
	uint32_t residual; /* code */
	uint32_t verdict;
};

struct hop_part_hub {
	uint32_t rule, list;
};

struct hop_part_link {
	uint32_t to, through;
};

/* What an identity of the scope makes of itself (hop_change.h). */
struct hop_part_change {
	uint32_t from, rule, to, through, residual, verdict;
};

/* Of the hubs into a target, those of wide lists. */
struct hop_part_wide {
	uint32_t first; /* of them, among the target's links */
	uint32_t set;   /* equal for targets with equal ones */
};

struct hop_part_place {
	uint32_t list, entry;
};

struct hop_part {
	const uint32_t *words[HOP_PART_SECTIONS];
	uint32_t counts[HOP_PART_SECTIONS]; /* words; of the heap bytes */
	uint32_t ref_count, entity_count;
	uint32_t rule_count, hub_count, list_count, class_count;
	uint32_t set_count;
};

/* `bytes` is aligned to 4. */
int hop_part_open(struct hop_part *out, struct str bytes, struct err *e);

/* Every number in it leads somewhere: for `check`. */
int hop_part_check(const struct hop_part *p, struct err *e);

/*
 * Item i of a section of begins: its first item of `size` words; *count of them, 0 when
 * there are none or the bytes are damaged.
 */
const void *hop_part_slice(const struct hop_part *p, enum hop_part_section begins,
	enum hop_part_section items, uint32_t i, uint32_t size, uint32_t *count);

/* Index below ref_count - entity_count. */
const struct hop_part_other *hop_part_other(const struct hop_part *p, uint32_t index);

/* NULL: there is none of that number. */
const struct hop_part_hub *hop_part_hub(const struct hop_part *p, uint32_t index);
const struct hop_part_entry *hop_part_entry(const struct hop_part *p, uint32_t index);

struct str hop_part_text(const struct hop_part *p, uint32_t text);

/* Words on their way to bytes: each section a buffer. */
void hop_part_encode(struct buf *out, const struct buf sections[HOP_PART_SECTIONS]);

#endif
