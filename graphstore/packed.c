#include "graphstore/packed.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include <zstd.h>

#include "base/limits.h"

#define LEVEL 1 /* 3 takes half as long again for 2 % less */

void packed_add(struct buf *out, struct str bytes)
{
	uint32_t size = (uint32_t)bytes.n;
	size_t room = ZSTD_compressBound(bytes.n), made;
	char *p;

	assert(bytes.n <= UINT32_MAX);
	buf_add(out, &size, sizeof(size));
	p = buf_reserve(out, room);
	made = ZSTD_compress(p, room, bytes.p, bytes.n, LEVEL);
	if (ZSTD_isError(made)) { /* the room is enough, so it is memory */
		fprintf(stderr, "out of memory\n");
		abort();
	}
	out->n += made;
}

int packed_size(size_t *out, struct str packed, struct err *e)
{
	uint32_t size;

	if (packed.n < sizeof(size))
		return err_set(e, ERR_CORRUPT, "a packed block of %zu bytes", packed.n);
	memcpy(&size, packed.p, sizeof(size));
	*out = size;
	return 0;
}

int packed_read(struct buf *out, struct str packed, struct err *e)
{
	struct str frame = str_skip(packed, sizeof(uint32_t));
	size_t size = 0, made;
	char *p;

	if (packed_size(&size, packed, e) < 0)
		return e->code;
	if (size > LIMIT_SEGMENT_BYTES)
		return err_set(
			e, ERR_CORRUPT, "a packed block says it has %zu bytes", size);
	p = buf_reserve(out, size > 0 ? size : 1);
	made = ZSTD_decompress(p, size, frame.p, frame.n);
	if (ZSTD_isError(made) || made != size)
		return err_set(e, ERR_CORRUPT, "a packed block does not unpack");
	out->n += size;
	return 0;
}
