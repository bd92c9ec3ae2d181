import type * as z from 'zod'
import { memberField } from './json.ts'
import type { EdgeRefusal, FieldProblem } from './problem.ts'

type Issue = z.core.$ZodIssue

/** At most so many problems are listed: a caller mends the first few and tries again. */
const MAX_ERRORS = 20

/**
 * Parses a value by a schema of the contract.
 *
 * @param place - what was parsed, for problems that concern all of it: `body`, `query`, `path`
 * @refuses validation_failed - naming the first field, with every other problem in `errors`
 */
export function validate<S extends z.ZodType>(schema: S, value: unknown, place: string): { value: z.output<S> } | EdgeRefusal {
  const parsed = schema.safeParse(value, { reportInput: true })
  if (parsed.success) return { value: parsed.data }
  return refusalOf(parsed.error.issues.flatMap((issue) => problemsOf(issue, '')), place)
}

/** The refusal for one field or several. */
export function refusalOf(problems: readonly FieldProblem[], place: string): EdgeRefusal {
  const named = problems.map(({ field, detail }) => ({ field: field || place, detail })).slice(0, MAX_ERRORS)
  const first = named[0] as FieldProblem
  return { refused: 'validation_failed', detail: `${first.field}: ${first.detail}`, field: first.field, errors: named }
}

function problemsOf(issue: Issue, base: string): FieldProblem[] {
  const field = issue.path.reduce<string>((path, name) => memberField(path, typeof name === 'symbol' ? String(name) : name), base)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((name) => ({ field: memberField(field, name), detail: 'is not a field of this call; remove it, or check its spelling.' }))
  }
  if (issue.code === 'invalid_union') return unionProblems(issue, field)
  if (issue.code === 'invalid_key') return [{ field, detail: 'has a name that is not allowed: expected 1 to 40 characters.' }]
  return [{ field, detail: describe(issue) }]
}

function describe(issue: Issue): string {
  const expected = expectation(issue)
  if (isMissing(issue)) return `is missing: ${expected}.`
  return `${expected}; got ${described(issue.input)}.`
}

/** The schema's own words where they say what was expected, else words from what the issue knows. */
function expectation(issue: Issue): string {
  if (issue.message.startsWith('expected ')) return issue.message
  if (issue.code === 'invalid_type') return `expected ${typeNames[issue.expected] ?? issue.expected}`
  if (issue.code === 'invalid_value') return `expected ${issue.values.map((value) => `'${String(value)}'`).join(' or ')}`
  if (issue.code === 'too_small') return `expected ${sized(issue, `at least ${issue.minimum}`)}`
  if (issue.code === 'too_big') return `expected ${sized(issue, `at most ${issue.maximum}`)}`
  if (issue.code === 'invalid_format') return `expected ${formats[issue.format] ?? issue.format}`
  return issue.message
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'an object', array: 'a list', string: 'a string', number: 'a number', int: 'a whole number',
  boolean: 'true or false', record: 'an object', null: 'null',
}
const formats: Readonly<Record<string, string>> = {
  email: 'an e-mail address', url: 'an http or https URL', datetime: 'a UTC instant such as 2026-11-22T09:30:00.000Z',
  date: 'a date such as 2026-11-22', regex: 'another form',
}

function sized(issue: { origin: string }, bound: string): string {
  if (issue.origin === 'string') return `${bound} characters`
  return issue.origin === 'array' ? `${bound} entries` : `a number of ${bound}`
}

/** A value in words. Never a string's own text: a caller may have put a card number in the wrong field. */
function described(input: unknown): string {
  if (input === null) return 'null'
  if (Array.isArray(input)) return `a list of ${input.length}`
  if (typeof input === 'string') return `a string of ${input.length} characters`
  if (Number.isNaN(input)) return 'what is no number'
  if (typeof input === 'number') return Math.abs(input) < 1e12 ? `the number ${input}` : 'a number of more than 12 digits'
  return typeof input === 'object' ? 'an object' : String(input)
}

const isMissing = (issue: Issue): boolean => (issue.code === 'invalid_type' || issue.code === 'invalid_value') && issue.input === undefined

/**
 * A union's problems are those of the branch that the caller most likely meant: the one whose fields fit best.
 * Where several fit equally badly, the answer names what each of them needs.
 */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, field: string): FieldProblem[] {
  const { options } = issue as { options?: readonly unknown[] }
  if (options) return [{ field, detail: `is missing or none of these: ${listed(options)}.` }]
  const branches = issue.errors.map((issues) => ({ issues, misfit: misfitOf(issues) }))
  const least = Math.min(...branches.map(({ misfit }) => misfit))
  // what has nothing that one branch alone has was not meant for the shortest of them
  const best = branches.every(({ issues }) => issues.length > 0 && issues.every(isMissing)) ? branches : branches.filter(({ misfit }) => misfit === least)
  const [only] = best
  if (only && (best.length === 1 || least === 0 || !isObject(issue.input))) return only.issues.flatMap((inner) => problemsOf(inner, field))
  const needs = best.map(({ issues }) => issues.filter(isMissing).map(({ path }) => path.map(String).join('.')).join(' with ')).filter(Boolean)
  if (needs.length > 1) return [{ field, detail: `expected either ${needs.join(' or ')}.` }]
  const tooMany = new Set(best.flatMap(({ issues }) => issues.flatMap((inner) => (inner.code === 'unrecognized_keys' ? inner.keys : []))))
  return [{ field, detail: tooMany.size > 1 ? `expected one of ${[...tooMany].join(' and ')}, not both.` : 'fits none of the forms that it may have.' }]
}

const listed = (values: readonly unknown[]): string => values.map((value) => `'${String(value)}'`).join(', ')

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

/** How many fields a branch misses or doesn't know. */
function misfitOf(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : isMissing(issue) ? 1 : 0), 0)
}
