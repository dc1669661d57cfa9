// The questions of peer_csr and the lines of JSON that tell how long a peer took for them.
import { readFileSync } from "node:fs";

function read(place) {
	const sorts = new Map();
	for (const line of readFileSync(`${place}/questions.csv`, "utf8").trim().split("\n")) {
		const [sort, paths, which, node] = line.split(",");
		const name = `${sort}-${paths}-${which}`;
		if (!sorts.has(name))
			sorts.set(name, { sort, paths, nodes: [] });
		sorts.get(name).nodes.push(Number(node));
	}
	return sorts;
}

function percentile(values, percent) {
	const at = Math.floor((values.length * percent) / 100);
	return values[Math.min(at, values.length - 1)];
}

function round(number) {
	return Math.round(number * 100) / 100;
}

// `ask(sort, paths, node)` promises the number of rows. No case takes longer than
// `seconds` and one question.
export async function askAll(peer, place, seconds, ask) {
	for (const [name, { sort, paths, nodes }] of read(place)) {
		const end = performance.now() + seconds * 1e3;
		const times = [];
		let rows = 0;
		for (const node of nodes) {
			const start = performance.now();
			rows += await ask(sort, paths, node);
			times.push((performance.now() - start) * 1e3);
			if (performance.now() > end)
				break;
		}
		const mean = rows / times.length;
		times.sort((a, b) => a - b);
		console.log(JSON.stringify({ peer, case: name, questions: times.length,
			us_p50: round(percentile(times, 50)), us_p99: round(percentile(times, 99)),
			rows_mean: round(mean) }));
	}
}

export async function load(peer, version, work) {
	const start = performance.now();
	await work();
	console.log(JSON.stringify({ peer, case: "load", version,
		seconds: round((performance.now() - start) / 1e3) }));
}

// A peer that is not installed is told, and is no failure.
export async function optional(name) {
	try {
		return await import(name);
	} catch (e) {
		console.log(JSON.stringify({ peer: name, case: "absent", reason: e.code ?? e.message }));
		process.exit(0);
	}
}
