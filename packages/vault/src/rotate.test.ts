import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addKey } from './keyring.ts'
import { frameCall, openSession, sendOf, startHarness, tokenOf } from './testing/harness.ts'
import type { Harness } from './testing/harness.ts'

const RECORDS = 120
let at: Harness
const made: Awaited<ReturnType<typeof tokenOf>>[] = []

beforeAll(async () => {
  at = await startHarness()
  for (let index = 0; index < RECORDS; index += 1) made.push(await tokenOf(at))
})
afterAll(() => at.close())

const underKey = async (id: string): Promise<number> => {
  const rows = await at.query<{ n: number }>('select count(*)::int as n from vault.cards where key_id = $1', [
    id,
  ])
  return rows[0]?.n ?? 0
}

/** Each row takes its time, so that there is a middle to be killed in. */
async function slowDown(): Promise<void> {
  await at.query(
    `create function vault.slow() returns trigger language plpgsql as 'begin perform pg_sleep(0.01); return new; end'`,
  )
  await at.query(
    'create trigger slow before update on vault.cards for each row execute function vault.slow()',
  )
}

function startRotation(): ChildProcess {
  const program = fileURLToPath(new URL('testing/rotate-process.ts', import.meta.url))
  return spawn(process.execPath, ['--conditions=holdfast-source', program, at.databaseUrl, at.keyFile], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
}

test('a rotation that is killed in the middle leaves every card open, and the next one ends it', async () => {
  expect(addKey({ file: at.keyFile })).toBe('k2')
  await slowDown()
  const rotation = startRotation()
  while ((await underKey('k2')) === 0) expect(rotation.exitCode).toBeNull()
  rotation.kill('SIGKILL')
  await once(rotation, 'exit')
  await at.query('drop trigger slow on vault.cards')
  const half = await underKey('k2')
  expect(half).toBeLessThan(RECORDS)
  expect(half + (await underKey('k1'))).toBe(RECORDS)

  const [first, ...rest] = made
  if (!first) throw new Error('there are cards')
  // the vault still has the old key file's content: it is told to read it again, and serves meanwhile
  const ended = at.vault.rotateKeys()
  const served = at.client.send(sendOf(first))
  expect(await ended).toMatchObject({ unopened: 0 })
  expect(await served).toMatchObject({ outcome: 'answered' })
  expect(await underKey('k1')).toBe(0)
  for (const token of rest.slice(0, 40))
    expect(await at.client.send(sendOf(token))).toMatchObject({ outcome: 'answered' })
})

test('cards are taken and sent while keys are rotated', async () => {
  addKey({ file: at.keyFile })
  const { bearer } = await openSession(at)
  const rotation = at.vault.rotateKeys()
  const sends = await Promise.all(made.slice(60, 100).map(token => at.client.send(sendOf(token))))
  const { status } = await frameCall(at, '/v1/tokens', {
    bearer,
    body: { number: '4112344112344113', expMonth: 5, expYear: 2031, securityCode: '739', name: 'Ann Buyer' },
  })
  await rotation
  expect(sends.every(({ outcome }) => outcome === 'answered')).toBe(true)
  expect(status).toBe(201)
  await at.vault.sweep()
  expect(await underKey('k2')).toBe(0)
})
