#include "base/str.h"

bool str_same_fold(const char *a, const char *b, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_lower_char(a[i]) != str_lower_char(b[i]))
			return false;
	}
	return true;
}

bool str_contains_fold(struct str haystack, struct str needle)
{
	bool jumps = needle.n > 0 && needle.p[0] == ':';

	for (size_t i = 0; i + needle.n <= haystack.n; i++) {
		/* most are pieces of keys: only at a colon one can begin */
		if (jumps)
			i = str_find_char(haystack, ':', i);
		if (i + needle.n > haystack.n)
			break;
		if (str_eq_fold((struct str){ haystack.p + i, needle.n }, needle))
			return true;
	}
	return false;
}
