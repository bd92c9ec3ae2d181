import type { Holdfast } from '@holdfast/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApi, type Api } from './support/api.ts'
import { addSeller, buy, fresh, refunded } from './support/orders.ts'

let api: Api
let holdfast: Holdfast
let seller: string

beforeAll(async () => {
  api = await startApi();
  ({ holdfast } = api)
  await holdfast.operator.topUp({ currency: 'USD', amount: 50_000, reference: 'first' })
  seller = (await addSeller(api)).id
})
afterAll(() => api.close())

const hundred = <T>(call: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: 100 }, call))
const different = (answers: readonly unknown[]): number => new Set(answers.map((answer) => JSON.stringify(answer))).size

describe('a hundred equal calls with one idempotency key', () => {
  it('capture once, and answer the same a hundred times', async () => {
    const { payment } = await buy(api, [{ seller, amount: 10_000 }], { captureMode: 'manual' })
    const options = { idempotencyKey: fresh('capture') }
    const answers = await hundred(() => holdfast.payments.capture(payment.id, { amount: 4_000 }, options))
    expect(different(answers)).toBe(1)
    expect(await holdfast.payments.retrieve(payment.id)).toMatchObject({ captured: 4_000, capturable: 6_000 })
    expect((await holdfast.payments.retrieve(payment.id)).captures).toHaveLength(1)
  })

  it('release once, and answer the same a hundred times', async () => {
    const { escrows: [escrow] } = await buy(api, [{ seller, amount: 10_000 }])
    const options = { idempotencyKey: fresh('release') }
    const answers = await hundred(() => holdfast.escrows.release(escrow?.id ?? '', { amount: 1_000 }, options))
    expect(different(answers)).toBe(1)
    expect((await holdfast.escrows.retrieve(escrow?.id ?? '')).totals).toMatchObject({ held: 9_000, released: 1_000 })
    expect((await holdfast.releases.list({ escrow: escrow?.id ?? '' }).page()).data).toHaveLength(1)
  })

  it('refund once, and answer the same a hundred times', async () => {
    const { payment } = await buy(api, [{ seller, amount: 10_000 }])
    const options = { idempotencyKey: fresh('refund') }
    const answers = await hundred(() => holdfast.refunds.create({ payment: payment.id, amount: 1_000 }, options))
    expect(different(answers)).toBe(1)
    const { data } = await holdfast.refunds.list({ payment: payment.id }).page()
    expect(data).toHaveLength(1)
    await refunded(api, data[0] ?? { id: '' })
    expect(await holdfast.payments.retrieve(payment.id)).toMatchObject({ captured: 10_000, refunded: 1_000 })
  })
})

describe('calls that race', () => {
  it('two hundred times on one milestone never release and refund more than was captured', async () => {
    const { payment, escrows: [escrow] } = await buy(api, [{ seller, amount: 10_000 }])
    const allotments = [{ escrow: escrow?.id ?? '', amount: 75 }]
    // a busy machine may ask for patience: who insists is told in the end
    const insisting = { maxRetries: 20, timeoutMs: 60_000 }
    const race = (at: number) => (at % 2 === 0
      ? holdfast.escrows.release(escrow?.id ?? '', { amount: 75 }, insisting)
      : holdfast.refunds.create({ payment: payment.id, allotments }, insisting))
    const outcomes: PromiseSettledResult<unknown>[] = []
    for (let wave = 0; wave < 4; wave += 1) {
      outcomes.push(...await Promise.allSettled(Array.from({ length: 50 }, (_, at) => race(at))))
    }
    const refusals = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }: PromiseRejectedResult) => reason as { code: string })
    expect(refusals.length).toBeGreaterThan(0)
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['amount_exceeds_remaining']))
    const { totals } = await holdfast.escrows.retrieve(escrow?.id ?? '')
    const sum = async (list: AsyncIterable<{ gross?: number; amount?: number }>): Promise<number> => {
      let total = 0
      for await (const { gross = 0, amount = 0 } of list) total += gross + amount
      return total
    }
    const refunds = await sum(holdfast.refunds.list({ payment: payment.id, limit: 100 }))
    expect(totals).toMatchObject({ captured: 10_000, refunded: refunds, released: 10_000 - totals.held - refunds })
    expect(refunds).toBeLessThanOrEqual(10_000)
    expect(await holdfast.ledger.trialBalance()).toMatchObject({ balanced: true })
  }, 120_000)

  it('with one reference make one object, and name it to all others', async () => {
    const reference = fresh('seller')
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => holdfast.sellers.create({ reference, name: 'A', country: 'US' })))
    const made = outcomes.filter((outcome) => outcome.status === 'fulfilled').map(({ value }) => value.id)
    expect(made).toHaveLength(1)
    const existing = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }: PromiseRejectedResult) => (reason as { existing: string }).existing)
    expect(new Set(existing)).toEqual(new Set(made))
  })
})
