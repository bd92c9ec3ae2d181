import type { Pool, PoolClient } from 'pg'
import { Exchange } from '../postgres/exchange.ts'

/** What a dead process would have said. */
export class Crash extends Error {
  override readonly name = 'Crash'
}

/**
 * A pool that dies at its nth statement, before it is sent or after it was done: from then on it sends nothing,
 * and its connections are cut, so that the server rolls back what was open. As a killed process leaves it.
 */
export function crashingPool(pool: Pool, { dieAt, when }: { readonly dieAt: number; readonly when: 'before' | 'after' }): { readonly pool: Pool; died(): boolean } {
  let count = 0
  let dead = false
  const crash = (): never => {
    dead = true
    throw new Crash(`died at statement ${dieAt}`)
  }
  const counted = (query: (...args: unknown[]) => Promise<unknown>) => async (...args: unknown[]): Promise<unknown> => {
    if (dead) crash()
    const statements = args[0] instanceof Exchange ? args[0].statements : null
    const mine = dieAt - count
    count += statements?.length ?? 1
    const dies = mine >= 1 && dieAt <= count
    const done = when === 'before' ? mine - 1 : mine
    if (dies && done === 0) crash()
    // of statements that go out together, those before it have gone
    const result = await query(...(dies && statements ? [new Exchange(statements.slice(0, done))] : args))
    if (result instanceof Exchange) await result.answers
    return dies ? crash() : result
  }
  const wrapped = (client: PoolClient): PoolClient => new Proxy(client, {
    get: (target, name) => {
      if (name === 'query') return counted(target.query.bind(target) as never)
      if (name === 'release') return (error?: Error | boolean) => target.release(dead ? true : error)
      return Reflect.get(target, name, target) as unknown
    },
  })
  const proxy = new Proxy(pool, {
    get: (target, name) => {
      if (name === 'query') return counted(target.query.bind(target) as never)
      if (name === 'connect') return async () => wrapped(await target.connect())
      return Reflect.get(target, name, target) as unknown
    },
  })
  return { pool: proxy, died: () => dead }
}
