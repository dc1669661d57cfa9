/*
 * json_splitter.h - cuts a stream of JSON documents into pieces without building a tree.
 *
 * An export of one account may be hundreds of megabytes: one object whose members are
 * long arrays. The splitter finds the byte range of each array element (or of each
 * member that is no array), so that elements can be parsed one by one, on several
 * threads. Documents may follow each other: one a line, or pages joined by cat.
 *
 *	feed ... -> begin (what does the document look like?)
 *	              |-> whole: the document as one piece          (small answers)
 *	              `-> next, next, ... JSON_END: by its pieces   (long lists)
 *
 * It checks what lies between the pieces (brackets, commas, names, depth); what is in a
 * piece is checked by who parses it.
 *
 * Owns: bytes fed and not yet passed. Pieces and shapes are borrowed until the next call.
 *
 * Cost: one pass, about a byte a cycle; memory is the largest piece and what was fed.
 */
#ifndef BASE_JSON_SPLITTER_H
#define BASE_JSON_SPLITTER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

/* How far begin looks ahead before it says what it has seen. */
#define JSON_WINDOW_BYTES  65536u
#define JSON_SHAPE_MEMBERS 48u

struct json_scan {
	size_t at; /* bytes of the value scanned so far */
	unsigned depth;
	bool string, escaped;
};

enum json_state {
	JSON_BETWEEN,     /* before a document */
	JSON_OPENED,      /* behind '{' */
	JSON_NAME,        /* behind a comma of the object */
	JSON_MEMBER,      /* behind a name and its colon */
	JSON_AFTER,       /* behind a member's value */
	JSON_LIST_OPENED, /* behind '[' of the list that is cut up */
	JSON_LIST_ITEM,   /* behind a comma of the list */
	JSON_LIST_AFTER   /* behind an element */
};

struct json_splitter {
	struct buf data;
	size_t at;     /* next byte in data */
	uint64_t base; /* file offset of data.p[0] */
	bool last;
	enum json_state state;
	bool top_list; /* the list is the document itself */
	struct json_scan scan;
	uint64_t begun; /* file offset of the document */
	uint64_t index; /* of the next element */
	struct arena names;
	struct buf members; /* struct str: names of this document so far */
};

enum json_piece_type {
	JSON_VALUE,   /* a member that is no array; all from json_splitter_whole */
	JSON_LIST,    /* a member that is an array begins; its elements follow */
	JSON_ELEMENT, /* of a member, or of the top list when member is empty */
	JSON_END      /* the document is complete */
};

struct json_piece {
	enum json_piece_type type;
	struct str member;
	uint64_t index;
	struct str text;
	uint64_t offset; /* of the text in the file */
};

/* What the first bytes of a document show. */
struct json_shape {
	char top; /* '{', '[' or another first byte */
	uint64_t offset;
	uint32_t member_count;
	/* of the object, or of the first object in the array */
	struct {
		struct str name;  /* raw, between its quotes */
		char first;       /* byte of the value; '\0' when out of sight */
		struct str value; /* its text, as far as it is in sight */
	} members[JSON_SHAPE_MEMBERS];
};

void json_splitter_init(struct json_splitter *s);
void json_splitter_release(struct json_splitter *s);

/* Add bytes (copied); `last`: no more will come. */
void json_splitter_feed(struct json_splitter *s, struct str bytes, bool last);

/*
 * Between documents: 1 and the shape of the next, 0 when more bytes are needed or,
 * after the last, when no document is left; ERR_FORMAT. Does not move.
 */
int json_splitter_begin(struct json_splitter *s, struct json_shape *out, struct err *e);

/* After begin: the document as one JSON_VALUE. 1, 0 for more bytes, or an error. */
int json_splitter_whole(struct json_splitter *s, struct json_piece *out, struct err *e);

/* After begin: the next piece of an object or array. 1, 0 for more bytes, or an error. */
int json_splitter_next(struct json_splitter *s, struct json_piece *out, struct err *e);

#endif
