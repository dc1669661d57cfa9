// node kuzu.mjs DIR SECONDS: the edges and questions of DIR in Kuzu.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { askAll, load, optional } from "./questions.mjs";

const MOST_HOPS = 30; // the most that Kuzu lets a pattern have
const [place, seconds] = process.argv.slice(2);
const kuzu = (await optional("kuzu")).default;

rmSync(`${place}/edges.kuzu`, { recursive: true, force: true });
const db = new kuzu.Connection(new kuzu.Database(`${place}/edges.kuzu`));

const queries = {
	"what-direct": "MATCH (a:Node {id: $id})-[:Access]->(x:Node) RETURN count(DISTINCT x.id) AS n",
	"what-all": `MATCH (a:Node {id: $id})-[:Hop* SHORTEST 1..${MOST_HOPS}]->(r:Node)-[:Access]->(x:Node)
		RETURN count(DISTINCT x.id) AS n`,
	"who-direct": "MATCH (a:Node)-[:Access]->(x:Node {id: $id}) RETURN count(DISTINCT a.id) AS n",
	"who-all": `MATCH (x:Node {id: $id})<-[:Access]-(r:Node)<-[:Hop* SHORTEST 1..${MOST_HOPS}]-(a:Node)
		WHERE a.id >= $first RETURN count(DISTINCT a.id) AS n`,
};
const prepared = {};
let all = 0; // nodes

await load("kuzu", kuzu.VERSION, async () => {
	let last = 0;
	const acting = new Set();
	for (const line of readFileSync(`${place}/access.csv`, "utf8").split("\n")) {
		const [from, to] = line.split(",").map(Number);
		last = Math.max(last, from || 0, to || 0);
		if (line)
			acting.add(from);
	}
	const hops = new Set(readFileSync(`${place}/hops.csv`, "utf8").trim().split("\n"));
	hops.delete("");
	for (const line of hops) {
		const [from, to] = line.split(",").map(Number);
		last = Math.max(last, from, to);
		acting.add(from);
	}
	// Who acts has a second node with a hop to the first, where its paths begin: a pattern has
	// at least one step.
	all = last + 1;
	for (const id of acting)
		hops.add(`${id + all},${id}`);
	writeFileSync(`${place}/kuzu-nodes.csv`, Array.from({ length: 2 * all }, (_, i) => i).join("\n"));
	writeFileSync(`${place}/kuzu-hops.csv`, [...hops].join("\n"));
	await db.query("CREATE NODE TABLE Node(id INT64, PRIMARY KEY (id))");
	await db.query("CREATE REL TABLE Access(FROM Node TO Node)");
	await db.query("CREATE REL TABLE Hop(FROM Node TO Node)");
	await db.query(`COPY Node FROM '${place}/kuzu-nodes.csv'`);
	await db.query(`COPY Access FROM '${place}/access.csv'`);
	await db.query(`COPY Hop FROM '${place}/kuzu-hops.csv'`);
	for (const name of Object.keys(queries))
		prepared[name] = await db.prepare(queries[name]);
});

await askAll("kuzu", place, Number(seconds), async (sort, paths, node) => {
	const parameters = { id: sort === "what" && paths === "all" ? node + all : node };
	if (sort === "who" && paths === "all")
		parameters.first = all;
	const result = await db.execute(prepared[`${sort}-${paths}`], parameters);
	return Number((await result.getAll())[0].n);
});
process.exit(0); // its threads would wait
