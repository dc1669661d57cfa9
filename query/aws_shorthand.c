#include "query/aws_shorthand.h"

#define S3_SCHEME    STR_LIT("s3://")
#define ACCOUNT_WORD STR_LIT("account/")
#define ACCOUNT_SIZE 12u

int aws_shorthand_parse(struct aws_shorthand *out, struct str word)
{
	struct str path;
	size_t slash;

	if (!str_eq_fold(str_head(word, S3_SCHEME.n), S3_SCHEME))
		return 0;
	path = str_skip(word, S3_SCHEME.n);
	slash = str_find_char(path, '/', 0);
	if (slash == 0)
		return 0;
	*out = (struct aws_shorthand){
		.kind = STR_LIT("aws:s3:bucket"),
		.name = str_head(path, slash),
		.rest = str_skip(path, slash),
		.key_prefix = STR_LIT("arn:aws:s3:::"),
	};
	if (out->rest.n == 1)
		out->rest.n = 0;
	return 1;
}

int aws_shorthand_account(struct str *key, struct str word, struct arena *arena)
{
	struct str id = str_skip(word, ACCOUNT_WORD.n);

	if (!str_eq_fold(str_head(word, ACCOUNT_WORD.n), ACCOUNT_WORD) ||
		id.n != ACCOUNT_SIZE)
		return 0;
	for (size_t i = 0; i < id.n; i++) {
		if (id.p[i] < '0' || id.p[i] > '9')
			return 0;
	}
	*key = arena_printf(arena, "arn:aws:account::%.*s:account", STR_ARG(id));
	return 1;
}
