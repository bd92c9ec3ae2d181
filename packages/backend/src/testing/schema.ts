import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely'
import { parse } from 'libpg-query'
import type { Migration } from 'kysely/migration'

/** A statement's kind as PostgreSQL's own parser names it (`CreateStmt`), and its tree. */
export interface Statement {
  readonly kind: string
  readonly tree: Node
  readonly text: string
}

/** A node of PostgreSQL's parse tree; which parts it has, its kind says. */
export interface Node {
  readonly [part: string]: Part
}

/** A text, a list or a node: the place in the tree says which. */
export type Part = Node & string & readonly Node[]

/** The statements of a migration, in order, read by PostgreSQL's own parser. Nothing is executed. */
export async function statementsOf(migration: Pick<Migration, 'up'>): Promise<Statement[]> {
  const texts: string[] = []
  const recorder = new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(), createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db), createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log: ({ query }) => { texts.push(query.sql) },
  })
  await migration.up(recorder)
  return (await Promise.all(texts.map(read))).flat()
}

/** The statements of a text, read by PostgreSQL's own parser. */
export async function read(text: string): Promise<Statement[]> {
  const { stmts } = (await parse(text)) as unknown as { stmts: { stmt: Node }[] }
  return stmts.map(({ stmt }) => {
    const [kind, tree] = Object.entries(stmt)[0] as [string, Node]
    return { kind, tree, text }
  })
}
