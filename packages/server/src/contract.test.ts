import * as contract from '@holdfast/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isErrorCode } from './error.ts'
import { Holdfast } from './holdfast.ts'
import { API_VERSION } from './options.ts'
import { json, startTestBackend, testKey, testMarketplace, type TestBackend } from './testing/backend.ts'
import { TOKEN_ALGORITHM, TOKEN_ISSUER, TOKEN_MAX_AGE_S, TOKEN_TYPE } from './token.ts'

type Method = (...args: unknown[]) => Promise<unknown> & { page?: () => Promise<unknown> }

const rows = Object.entries<contract.Endpoint>(contract.endpoints).filter(([, { caller }]) => !['page', 'buyer', 'hosted'].includes(caller))
const calls = rows.map(([name, endpoint]) => ({ name, endpoint }))

let backend: TestBackend
let holdfast: Holdfast

beforeAll(async () => {
  backend = await startTestBackend()
  holdfast = new Holdfast({ apiKey: testKey, baseUrl: backend.url })
  backend.behave(json(200, { object: 'list', data: [], hasMore: false }))
})
afterAll(async () => {
  holdfast.close()
  await backend.close()
})

function find(name: string): Method | undefined {
  const [resource, call] = name.split('.') as [keyof Holdfast, string]
  const owner = holdfast[resource] as unknown as Record<string, Method> | undefined
  return owner?.[call]?.bind(owner)
}

/** Id first, params or filters second, options last. */
function argumentsOf({ params, body, query }: contract.Endpoint, id: string): unknown[] {
  const empty = body === contract.emptySchema
  return [...(params ? [id] : []), ...((body && !empty) || query ? [{}] : []), { maxRetries: 0 }]
}

describe('the calls of the contract', () => {
  it.each(calls)('$name', async ({ name, endpoint }) => {
    const ids = name === 'marketplace.keys'
    const id = ids ? testMarketplace : 'ord_01kan2v9fzez8bhq0g1v6jxkmd'
    const args = ids ? [{ maxRetries: 0 }] : argumentsOf(endpoint, id)
    const pending = find(name)?.(...args)
    await (pending && 'page' in pending ? pending.page?.() : pending)
    const { method, url, headers, body } = backend.received.at(-1) ?? {}
    expect(`${method} ${url}`).toBe(`${endpoint.method} ${endpoint.path.replace(':id', id)}`)
    expect(headers?.['idempotency-key'] !== undefined).toBe(endpoint.idempotent)
    expect(headers?.authorization !== undefined).toBe(endpoint.caller !== 'public')
    expect(body).toBe(endpoint.body ? '{}' : '')
  })

  it('are all that the resources have', () => {
    const resources = Object.entries(holdfast).filter(([name, value]) => typeof value === 'object' && !['tokens', 'webhooks'].includes(name))
    const names = resources.flatMap(([resource, value]) =>
      Object.getOwnPropertyNames(Object.getPrototypeOf(value)).filter((call) => call !== 'constructor').map((call) => `${resource}.${call}`))
    expect(names.sort()).toEqual(calls.map(({ name }) => name).sort())
  })
})

describe('what is written down here and there', () => {
  it('has every error code of the contract, and whether to try again', () => {
    expect(Object.keys(contract.errorCodes).filter((code) => !isErrorCode(code))).toEqual([])
    expect(['toString', '__proto__', '', null].filter(isErrorCode)).toEqual([])
  })

  it('speaks the contract\'s version', () => {
    expect(API_VERSION).toBe(contract.API_VERSION)
  })

  it('knows a payment token as the contract does', () => {
    expect([TOKEN_TYPE, TOKEN_ALGORITHM, TOKEN_MAX_AGE_S, TOKEN_ISSUER]).toEqual([
      contract.PAYMENT_TOKEN_TYPE, contract.PAYMENT_TOKEN_ALGORITHM, contract.PAYMENT_TOKEN_MAX_AGE_S, contract.PAYMENT_TOKEN_ISSUER,
    ])
  })
})
