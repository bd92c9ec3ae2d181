import pg from 'pg'
import { encodeParameter } from './arrays.ts'
import { types } from './pool.ts'

/*
 * Statements that go out together and are answered together. Sent one by one, PostgreSQL describes the columns of
 * each anew and sends each answer by itself, for which both sides wake up: much of what a release of one call cost.
 */

type Sendable = string | Buffer | null

/** A statement that each connection prepares under its name, with its values as they are sent. */
export interface Statement {
  readonly name: string
  readonly text: string
  readonly values: readonly Sendable[]
}

/** What a statement answered, in the words of `pg`. */
export interface Answered {
  readonly command: string
  readonly rowCount: number | null
  readonly rows: readonly unknown[]
}

/** Values as they are sent; null where one is of a kind that only `pg` writes. */
export function sendable(values: readonly unknown[]): readonly Sendable[] | null {
  const sent: Sendable[] = []
  for (const value of values) {
    const one = wordOf(encodeParameter(value))
    if (one === undefined) return null
    sent.push(one)
  }
  return sent
}

function wordOf(value: unknown): Sendable | undefined {
  if (typeof value === 'string') return value
  if (value === null || value === undefined) return null
  if (typeof value !== 'object') return String(value)
  return value instanceof Date ? value.toISOString() : Buffer.isBuffer(value) ? value : undefined
}

/**
 * Sends statements as one message, each run in the connection's transaction when the one before it is done.
 *
 * @throws the error of the first that failed; those after it were not run
 */
export async function exchange(client: pg.PoolClient, statements: readonly Statement[]): Promise<readonly Answered[]> {
  const sent = new Exchange(statements)
  await client.query(sent)
  return sent.answers
}

/** The columns of a prepared statement. They never change: PostgreSQL refuses a statement whose would. */
interface Shape {
  readonly names: readonly string[]
  readonly parsers: readonly ((text: string) => unknown)[]
}

const NONE: Shape = { names: [], parsers: [] }

/** By connection, then by the statement's name. */
const shapes = new WeakMap<pg.Connection, Map<string, Shape>>()

/** What `pg` keeps of a connection: which statements are prepared on it, and which are on their way. */
interface Prepared {
  readonly parsedStatements: Record<string, string>
  readonly submittedNamedStatements: Record<string, string>
}

interface Field {
  readonly name: string
  readonly dataTypeID: number
}

/** A query to `pg`, which hands it what PostgreSQL answers. */
export class Exchange extends pg.Query {
  /** All of them, or the error. */
  readonly answers: Promise<readonly Answered[]>
  declare name: string
  declare text: string
  readonly statements: readonly Statement[]
  readonly #answered: Answered[] = []
  #shapes = new Map<string, Shape>()
  #rows: Record<string, unknown>[] = []
  /** A value could not be read. */
  #unread: unknown
  #end = Promise.withResolvers<readonly Answered[]>()

  constructor(statements: readonly Statement[]) {
    super('')
    this.statements = statements
    this.answers = this.#end.promise
    // where the connection is gone before it is sent, nobody waits for them
    this.answers.catch(() => {})
    this.#next()
  }

  override submit = (connection: pg.Connection): Error | null => {
    const prepared = connection as unknown as Prepared
    this.#shapes = shapes.get(connection) ?? this.#shapes
    shapes.set(connection, this.#shapes)
    connection.stream.cork()
    for (const statement of this.statements) this.#write(connection, { statement, prepared })
    connection.sync()
    connection.stream.uncork()
    return null
  }

  #write(connection: pg.Connection, { statement, prepared }: { statement: Statement; prepared: Prepared }): void {
    const { name, text, values } = statement
    if (prepared.parsedStatements[name] === undefined && prepared.submittedNamedStatements[name] === undefined) {
      connection.parse({ name, text, types: [] }, true)
      prepared.submittedNamedStatements[name] = text
    }
    connection.bind({ statement: name, values: values as (Buffer | null)[] }, true)
    if (!this.#shapes.has(name)) connection.describe({ type: 'P' }, true)
    connection.execute(null, true)
  }

  /** `pg` notes by these what is prepared. */
  #next(): void {
    const statement = this.statements[this.#answered.length]
    this.name = statement?.name ?? ''
    this.text = statement?.text ?? ''
    this.#rows = []
  }

  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    this.#shapes.set(this.name, {
      names: fields.map(({ name }) => name),
      parsers: fields.map(({ dataTypeID }) => types.getTypeParser(dataTypeID, 'text') as (text: string) => unknown),
    })
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const { names, parsers } = this.#shapes.get(this.name) ?? NONE
    const row: Record<string, unknown> = {}
    try {
      for (const [index, text] of fields.entries()) row[names[index] as string] = text === null ? null : parsers[index]?.(text)
    } catch (error) {
      this.#unread ??= error
    }
    this.#rows.push(row)
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const [command = '', ...counts] = text.split(' ')
    this.#answered.push({ command, rowCount: counts.length === 0 ? null : Number(counts.at(-1)), rows: this.#rows })
    // what has columns was described when it was first sent
    if (!this.#shapes.has(this.name)) this.#shapes.set(this.name, NONE)
    this.#next()
  }

  handleError(error: unknown, connection: pg.Connection): void {
    const { submittedNamedStatements } = connection as unknown as Prepared
    for (const { name } of this.statements.slice(this.#answered.length)) delete submittedNamedStatements[name]
    this.#end.reject(error)
  }

  handleReadyForQuery(): void {
    if (this.#unread === undefined) this.#end.resolve(this.#answered)
    else this.#end.reject(this.#unread)
  }
}
