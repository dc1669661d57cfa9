// node duckdb.mjs DIR SECONDS: the edges and questions of DIR in DuckDB.
import { askAll, load, optional } from "./questions.mjs";

const [place, seconds] = process.argv.slice(2);
const { DuckDBInstance, version } = await optional("@duckdb/node-api");
const db = await (await DuckDBInstance.create(":memory:")).connect();

const what = {
	direct: "SELECT count(*)::INTEGER FROM access WHERE src = $1",
	all: `WITH RECURSIVE r(id) AS (SELECT $1::INTEGER UNION
		SELECT h.dst FROM hops h JOIN r ON h.src = r.id)
		SELECT count(DISTINCT a.dst)::INTEGER FROM access a JOIN r ON a.src = r.id`,
};
const who = {
	direct: "SELECT count(*)::INTEGER FROM access WHERE dst = $1",
	all: `WITH RECURSIVE r(id) AS (SELECT src FROM access WHERE dst = $1 UNION
		SELECT h.src FROM hops h JOIN r ON h.dst = r.id)
		SELECT count(*)::INTEGER FROM r`,
};
const prepared = {};

await load("duckdb", version(), async () => {
	for (const table of ["access", "hops"]) {
		await db.run(`CREATE TABLE ${table} AS SELECT DISTINCT column0::INTEGER AS src,
			column1::INTEGER AS dst FROM read_csv('${place}/${table}.csv', header = false)
			ORDER BY src, dst`);
		await db.run(`CREATE INDEX ${table}_src ON ${table}(src)`);
		await db.run(`CREATE INDEX ${table}_dst ON ${table}(dst)`);
	}
	for (const paths of ["direct", "all"]) {
		prepared[`what-${paths}`] = await db.prepare(what[paths]);
		prepared[`who-${paths}`] = await db.prepare(who[paths]);
	}
});

await askAll("duckdb", place, Number(seconds), async (sort, paths, node) => {
	const statement = prepared[`${sort}-${paths}`];
	statement.bindInteger(1, node);
	return (await statement.runAndReadAll()).getRows()[0][0];
});
