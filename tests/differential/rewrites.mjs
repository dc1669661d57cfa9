// Where iam-simulate and the provider's documentation differ: each entry turns a request into
// one that means the same by the documentation, written so that the simulator reads it so.
// `concerns` says whether there is anything to turn; `apply` changes the request in place;
// `also`, where there is one, gives another request that allows what the first does not.
// docs/access-model.md, "Where we differ from other simulators, and why", has the pages.

const list = x => x === undefined || x === null ? [] : Array.isArray(x) ? x : [x]

const policies = r => [...list(r.identityPolicies), ...list(r.permissionBoundaries),
	...list(r.sessionPolicy), ...list(r.resourcePolicy), ...list(r.endpointPolicies),
	...[...list(r.scps), ...list(r.rcps)].flatMap(level => level.policies)]
const statements = r => policies(r).flatMap(p => list(p.Statement).map(s => [s, p]))

const context = (r, key) => {
	const found = Object.keys(r.context).find(k => k.toLowerCase() === key.toLowerCase())
	return found === undefined ? undefined : r.context[found]
}

// A pattern of '*' and '?' against a whole text.
function glob(pattern, text) {
	const words = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
	return new RegExp(`^${words.replace(/\*/g, '[^]*').replace(/\?/g, '[^]')}$`).test(text)
}

// Every text of the statement's resources, conditions: replaced by what `turn` gives.
function turnResources(r, turn) {
	for (const [s, p] of statements(r))
		for (const member of ['Resource', 'NotResource'])
			if (s[member] !== undefined)
				s[member] = list(s[member]).map(text => turn(text, p))
}
function turnValues(r, turn) {
	for (const [s, p] of statements(r))
		for (const [operator, tests] of Object.entries(s.Condition ?? {}))
			for (const key of Object.keys(tests))
				tests[key] = list(tests[key])
					.flatMap(v => typeof v === 'string' ? turn(v, p, operator) : v)
}
// Whether `turner` would change anything.
const changes = turner => r => {
	const copy = structuredClone(r)
	turner(copy)
	return JSON.stringify(normal(copy)) !== JSON.stringify(normal(r))
}
function normal(r) {
	const copy = structuredClone(r)
	turnResources(copy, x => x)
	turnValues(copy, x => x)
	return copy
}

const NOTHING = 'arn:aws:nothing:::nothing'
const NO_TEXT = '\u0001 no text is this'

// A resource pattern is matched as a whole: its wildcards may stand for any characters, in
// any part. The simulator matches part by part, and the word that begins the last part as
// it stands.
function resourcePattern(text, r) {
	const part = text.split(':').slice(5).join(':')
	const word = part.search(/[/:]/)
	const head = text.split(':').slice(0, 5).join(':') + part.slice(0, word + 1)
	if (text === '*' || text.includes('${') || !/[*?]/.test(head))
		return text
	return glob(text, r.resource.resource) ? r.resource.resource : NOTHING
}

const ROOT = /^arn:aws:iam::\d+:root$/

// The root user may do everything in its account, and cannot assume roles.
function rootUser(r) {
	if (!ROOT.test(r.principal))
		return
	r.identityPolicies = [{
		Version: '2012-10-17',
		Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }]
	}]
	if (/^sts:AssumeRole/i.test(r.action) && r.resourcePolicy)
		r.resourcePolicy.Statement = [...list(r.resourcePolicy.Statement)
			.filter(s => s.Effect === 'Deny'), {
			Effect: 'Allow', Principal: { AWS: '000000000000' }, Action: 'sts:AssumeRole'
		}]
}

// There are no variables but in policies of version 2012-10-17: elsewhere they are text.
const plainText = (text, p) =>
	p.Version === '2012-10-17' ? text : text.replaceAll('${', '${$}{')
function oldVersion(r) {
	turnResources(r, plainText)
	turnValues(r, plainText)
}

// A variable that has no value in the request and no default.
const lacksValue = (text, r) =>
	[...text.matchAll(/\$\{([^},]*)\}/g)].some(([, name]) =>
		!'*?$'.includes(name.trim()) && typeof context(r, name.trim()) !== 'string')

// A text with a variable that has no value equals nothing, so that negated tests hold and
// NotResource means it not.
function noValue(r) {
	const without = (text, p) => p.Version === '2012-10-17' && lacksValue(text, r)
	turnValues(r, (text, p) => without(text, p) ? NO_TEXT : text)
	turnResources(r, (text, p) => without(text, p) ? NOTHING : text)
}

// All IPv4 addresses are in 0.0.0.0/0.
function zeroPrefix(r) {
	turnValues(r, (text, p, operator) => /IpAddress/.test(operator) && text === '0.0.0.0/0'
		? ['0.0.0.0/1', '128.0.0.0/1'] : text)
}

// Dates may be written as seconds since 1970, in policies and in the request; the simulator
// takes such for milliseconds.
const iso = text => /^\d+(\.\d+)?$/.test(text)
	? new Date(Number(text) * 1000).toISOString().replace('.000Z', 'Z') : text
function epochSeconds(r) {
	turnValues(r, (text, p, operator) => /Date/.test(operator) ? iso(text) : text)
	for (const [s] of statements(r))
		for (const [operator, tests] of Object.entries(s.Condition ?? {}))
			for (const key of Object.keys(tests))
				if (/Date/.test(operator) && typeof context(r, key) === 'string' &&
					iso(context(r, key)) !== context(r, key)) {
					r.context[`${key}-as-date`] = iso(context(r, key))
					tests[`${key}-as-date`] = tests[key]
					delete tests[key]
				}
}

// An IPv6 address has many spellings, and an address without prefix means itself alone; the
// simulator compares such as text, and with addresses of the other version not at all.
function addresses(r) {
	const short = text => {
		const [address, size] = text.split('/')
		try {
			const host = new URL(`http://[${address}]`).hostname.slice(1, -1)
			return `${host}/${size ?? 128}`
		} catch {
			return text
		}
	}
	turnValues(r, (text, p, operator) =>
		!/IpAddress/.test(operator) ? text
			: text.includes(':') ? short(text)
			: text.includes('/') ? text : `${text}/32`)
}

const FEDERATED = /^arn:aws:sts::(\d+):federated-user\/(.*)$/

// A federated user without a policy of its session has nothing of the user who asked for it.
function federatedWithoutPolicy(r) {
	r.sessionPolicy = {
		Version: '2012-10-17',
		Statement: [{ Effect: 'Allow', Action: 'none:Nothing', Resource: '*' }]
	}
}

// Which user a federated one is of is not in its name; the simulator reads it there.
function federatedName(r) {
	const [, account, name] = FEDERATED.exec(r.principal)
	const read = `arn:aws:iam::${account}:user/${name}`
	for (const s of list(r.resourcePolicy?.Statement))
		for (const member of ['Principal', 'NotPrincipal'])
			if (s[member]?.AWS)
				s[member].AWS = list(s[member].AWS).map(text => text === r.identity ? read : text)
}

// What a resource's policy gives to a session by name, or to everybody, is not cut by what
// the session's policy does not allow; the simulator has all of it within that policy. The
// request is allowed as it is, or by such statements without the session's grants.
function withoutSession(r) {
	if (!r.sessionPolicy || r.resource.accountId !== r.principal.split(':')[4])
		return undefined
	const copy = structuredClone(r)
	const denies = p => ({ ...p, Statement: list(p.Statement).filter(s => s.Effect === 'Deny') })
	const free = s => {
		const named = s.Principal === '*' ? ['*'] : list(s.Principal?.AWS)
		const kept = named.filter(text => text === '*' || text === r.principal)
		return s.Effect === 'Deny' || s.NotPrincipal ? s
			: { ...s, Principal: { AWS: kept.length ? kept : ['000000000000'] } }
	}
	copy.identityPolicies = [...list(r.identityPolicies), r.sessionPolicy].map(denies)
	delete copy.sessionPolicy
	if (copy.resourcePolicy)
		copy.resourcePolicy.Statement = list(copy.resourcePolicy.Statement).map(free)
	return copy
}

// IfExists makes a test of a key that the request lacks true, whatever else the operator
// says; the simulator has ForAnyValue first.
function anyIfExists(r) {
	for (const [s] of statements(r))
		for (const [operator, tests] of Object.entries(s.Condition ?? {})) {
			if (!/^ForAnyValue:.*IfExists$/i.test(operator))
				continue
			for (const key of Object.keys(tests))
				if (context(r, key) === undefined)
					delete tests[key]
			if (Object.keys(tests).length === 0)
				delete s.Condition[operator]
		}
}

// A condition on the caller's ARN limits a bucket's policy to fixed callers also when it
// compares the ARN as text; the simulator sees that of operators for ARNs only.
function callerAsText(r) {
	const fixed = text => typeof text === 'string' && /^arn:aws:iam::\d{12}:[^:]*$/.test(text)
	for (const s of list(r.resourcePolicy?.Statement))
		for (const [operator, tests] of Object.entries(s.Condition ?? {}))
			for (const key of Object.keys(tests)) {
				const arn = { StringEquals: 'ArnEquals', StringLike: 'ArnLike' }[operator]
				const plain = v => fixed(v) && (operator === 'StringLike' || !/[*?]/.test(v))
				if (!arn || key.toLowerCase() !== 'aws:principalarn' ||
					!list(tests[key]).every(plain) || s.Condition[arn])
					continue
				s.Condition[arn] = { [key]: tests[key] }
				delete tests[key]
				if (Object.keys(tests).length === 0)
					delete s.Condition[operator]
			}
}

// Digits have no case: such a value is as fixed as the same one behind StringEquals, which is
// how the simulator knows it.
function digitsAsText(r) {
	for (const s of list(r.resourcePolicy?.Statement))
		for (const [key, values] of Object.entries(s.Condition?.StringEqualsIgnoreCase ?? {})) {
			if (!list(values).every(v => /^\d+$/.test(v)) || s.Condition.StringEquals?.[key])
				continue
			s.Condition.StringEquals = { ...s.Condition.StringEquals, [key]: values }
			delete s.Condition.StringEqualsIgnoreCase[key]
			if (Object.keys(s.Condition.StringEqualsIgnoreCase).length === 0)
				delete s.Condition.StringEqualsIgnoreCase
		}
}

// Whoever is at a fixed place of an organization is in that organization; the simulator sees
// that the second is fixed, and not of all ways to write the first.
function placeAsOrganization(r) {
	for (const s of list(r.resourcePolicy?.Statement))
		for (const [operator, tests] of Object.entries(s.Condition ?? {}))
			for (const key of Object.keys(tests)) {
				const places = list(tests[key])
				const fixed = v => typeof v === 'string' && /^o-[^*?$]*$/.test(v)
				if (operator !== 'ForAnyValue:StringEquals' || !places.every(fixed) ||
					key.toLowerCase() !== 'aws:principalorgpaths')
					continue
				s.Condition.StringEquals = { 'aws:PrincipalOrgID':
					places.map(v => v.split('/')[0]), ...s.Condition.StringEquals }
			}
}

// Everybody but some, under a condition that only fixed callers meet, is no more public than
// everybody under it; the simulator looks at the condition of Principal only. To whom the
// statement gives nothing it gives no action.
const spares = s => s.Effect === 'Allow' && s.NotPrincipal && s.Condition
function sparedAreFew(r) {
	const account = r.principal.split(':')[4]
	const names = [r.principal, r.identity, account, `arn:aws:iam::${account}:root`, '*']
	r.resourcePolicy.Statement = list(r.resourcePolicy.Statement).map(s => {
		if (!spares(s))
			return s
		const { NotPrincipal, ...rest } = s
		const named = list(NotPrincipal.AWS ?? NotPrincipal).some(x => names.includes(x))
		const nothing = { Action: 'none:Nothing', NotAction: undefined }
		return { ...rest, Principal: '*', ...(named ? nothing : {}) }
	})
}

// A bucket's policy is public where its condition compares with a variable: only fixed
// values make it less than that. The simulator takes any text for fixed. A statement that
// grants nothing says that it is public.
const variable = s => s.Effect === 'Allow' && Object.values(s.Condition ?? {}).some(tests =>
	Object.values(tests).some(values =>
		list(values).some(v => typeof v === 'string' && v.includes('${'))))
function variableIsPublic(r) {
	r.resourcePolicy.Statement = [...list(r.resourcePolicy.Statement),
		{ Effect: 'Allow', Principal: '*', Action: 'none:Nothing', Resource: '*' }]
}

const turner = (name, apply) => ({ name, apply, concerns: changes(apply) })

export const rewrites = [
	turner('resource-pattern', r => turnResources(r, text => resourcePattern(text, r))),
	{ name: 'root-user', apply: rootUser, concerns: r => ROOT.test(r.principal) },
	{
		name: 'federated-without-policy',
		apply: federatedWithoutPolicy,
		concerns: r => FEDERATED.test(r.principal) && !r.sessionPolicy
	},
	{
		name: 'federated-name',
		apply: federatedName,
		concerns: r => FEDERATED.test(r.principal)
	},
	{
		name: 'session-policy',
		apply: () => {},
		concerns: r => r.sessionPolicy || FEDERATED.test(r.principal),
		also: withoutSession
	},
	{
		name: 'caller-as-text',
		apply: callerAsText,
		concerns: r => r.blockPublicAccess && changes(callerAsText)(r)
	},
	{
		name: 'digits-as-text',
		apply: digitsAsText,
		concerns: r => r.blockPublicAccess && changes(digitsAsText)(r)
	},
	{
		name: 'place-as-organization',
		apply: placeAsOrganization,
		concerns: r => r.blockPublicAccess && changes(placeAsOrganization)(r)
	},
	{
		name: 'spared-are-few',
		apply: sparedAreFew,
		concerns: r => r.blockPublicAccess && list(r.resourcePolicy?.Statement).some(spares)
	},
	{
		name: 'variable-is-public',
		apply: variableIsPublic,
		concerns: r => r.blockPublicAccess && list(r.resourcePolicy?.Statement).some(s =>
			variable(s) && (s.Principal === '*' || list(s.Principal?.AWS).includes('*')))
	},
	turner('any-value-if-exists', anyIfExists),
	turner('old-version', oldVersion),
	turner('variable-without-value', noValue),
	turner('zero-prefix', zeroPrefix),
	turner('epoch-seconds', epochSeconds),
	turner('address-spelling', addresses)
]
