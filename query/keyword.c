#include "query/keyword.h"

#include <assert.h>

static const struct {
	struct str name;
	unsigned roles;
} keywords[KEYWORD_COUNT] = { [KEYWORD_NONE] = { { "", 0 }, 0 },
#define X(id, text, bits) [id] = { { text, sizeof(text) - 1 }, (bits) },
	KEYWORD_LIST(X)
#undef X
};

enum keyword keyword_find(struct str word)
{
	for (int k = KEYWORD_NONE + 1; k < KEYWORD_COUNT; k++) {
		if (str_eq_fold(word, keywords[k].name))
			return (enum keyword)k;
	}
	return KEYWORD_NONE;
}

struct str keyword_name(enum keyword k)
{
	assert(k < KEYWORD_COUNT);
	return keywords[k].name;
}

bool keyword_is(enum keyword k, unsigned roles)
{
	assert(k < KEYWORD_COUNT);
	return (keywords[k].roles & roles) != 0;
}

struct str keyword_nearest(struct str word, unsigned roles)
{
	struct nearest n;

	nearest_init(&n, word);
	for (int k = KEYWORD_NONE + 1; k < KEYWORD_COUNT; k++) {
		if (keywords[k].roles & roles)
			nearest_offer(&n, keywords[k].name);
	}
	return n.best;
}
