import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Event } from '@holdfast/server'
import { afterEach, expect, it } from 'vitest'
import { newestOnly, receiveWebhooks } from './receive-webhooks.ts'

const page = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8')
const source = readFileSync(new URL('./receive-webhooks.ts', import.meta.url), 'utf8')

let server: Server | undefined
afterEach(() => void server?.close())

async function listen(one: Server): Promise<string> {
  server = one.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

const key = randomBytes(32)
const event = (sequence: number): Event => ({ id: `evt_${sequence}`, object: 'event', type: 'seller.updated', subject: 'sel_1', sequence, createdAt: '2026-11-22T09:30:00.000Z', data: {} }) as unknown as Event

async function deliver(url: string, { id, ...rest }: Event, by = key): Promise<number> {
  const body = JSON.stringify({ id, ...rest })
  const at = Math.floor(Date.now() / 1000)
  const signature = createHmac('sha256', by).update(`${id}.${at}.${body}`).digest('base64')
  const headers = { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` }
  return (await fetch(url, { method: 'POST', headers, body })).status
}

it('the page on webhooks shows the receiver that is tested here', () => {
  expect(page).toContain(`\`\`\`ts\n${source}\`\`\``)
})

it('the receiver takes each event once, refuses strangers, and asks again for what it could not take', async () => {
  const taken: number[] = []
  let broken = true
  const url = await listen(receiveWebhooks([`whsec_${key.toString('base64')}`], newestOnly(async ({ sequence }) => {
    if (broken) throw new Error('the database is away')
    taken.push(sequence)
  })))
  expect(await deliver(url, event(1))).toBe(500)
  broken = false
  expect(await deliver(url, event(1), randomBytes(32))).toBe(400)
  for (const sequence of [1, 1, 3, 2, 3, 4]) expect(await deliver(url, event(sequence))).toBe(204)
  expect(taken).toEqual([1, 3, 4])
})
