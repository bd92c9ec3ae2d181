import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startReceiver, type Receiver } from '../testing/receiver.ts'
import { Interrupted, post, type Posting } from './post.ts'

let receiver: Receiver
beforeEach(async () => {
  receiver = await startReceiver()
})
afterEach(() => receiver.close())

const send = (url: string, more: Partial<Posting> = {}) => post({
  target: { url: new URL(url), addresses: ['127.0.0.1'] }, body: '{"a":1}', headers: { 'webhook-id': 'evt_1' },
  timeoutMs: 400, signal: new AbortController().signal, ...more,
})

/** A server that speaks as it likes; what it says to whoever connects. */
async function rawServer(speak: (socket: Socket) => void): Promise<{ url: string; server: Server; close: () => Promise<unknown> }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    speak(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    for (const socket of sockets) socket.destroy()
    return once(server.close(), 'close')
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, server, close }
}

describe('an answer', () => {
  test.each([200, 201, 204, 299])('of %i accepts the event', async (status) => {
    receiver.behave((response) => response.writeHead(status).end())
    expect(await send(receiver.url)).toMatchObject({ statusCode: status, error: null })
  })

  test.each([[301, 'redirects are not followed'], [307, 'redirects are not followed'], [400, 'expected a status'], [500, 'expected a status']])(
    'of %i fails: %s', async (status, why) => {
      const elsewhere = await startReceiver()
      receiver.behave((response) => response.writeHead(status, { location: elsewhere.url }).end())
      expect(await send(receiver.url)).toMatchObject({ statusCode: status, error: expect.stringContaining(why) as string })
      expect(elsewhere.received).toEqual([])
      await elsewhere.close()
    })

  test('keeps nothing of what the endpoint wrote but its Retry-After', async () => {
    receiver.behave((response) => response.writeHead(503, { 'retry-after': '17', 'x-secret': 'whsec' }).end('password'))
    const outcome = await send(receiver.url)
    expect(outcome).toEqual({ statusCode: 503, error: 'answered 503; expected a status of 200 to 299', retryAfter: '17', durationMs: expect.any(Number) as number })
  })

  test('without an end is cut off, and its status counts', async () => {
    let written = 0
    receiver.behave((response) => {
      response.writeHead(200)
      const chunk = Buffer.alloc(16_384)
      const flood = (): void => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length
        if (!response.destroyed) response.once('drain', flood)
      }
      flood()
    })
    expect(await send(receiver.url, { timeoutMs: 10_000 })).toMatchObject({ statusCode: 200, error: null })
    expect(written).toBeLessThan(64 * 2 ** 20)
  })

  test('that stops half way still has its status', async () => {
    receiver.behave((response) => response.writeHead(202).write('half'))
    expect(await send(receiver.url)).toMatchObject({ statusCode: 202, error: null })
  })
})

describe('without an answer', () => {
  test('in time, the attempt fails', async () => {
    receiver.behave(() => {})
    expect(await send(receiver.url)).toMatchObject({ statusCode: null, error: 'no answer in time', retryAfter: null })
  })

  test.each([
    ['headers that never end', 'HTTP/1.1 200 OK\r\n', 'no answer in time'],
    ['other words', 'hello\r\n\r\n', 'the answer is not HTTP'],
    ['headers without bound', `HTTP/1.1 200 OK\r\n${'x-a: b\r\n'.repeat(10_000)}\r\n`, 'the answer is not HTTP'],
    ['a way in', 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n', 'the connection was cut'],
  ])('but %s, the attempt fails', async (_, words, why) => {
    const { url, close } = await rawServer((socket) => socket.on('data', () => socket.write(words)))
    const outcome = await send(url)
    expect(outcome.error).toContain(why)
    expect(outcome.error).not.toBeNull()
    await close()
  })

  test('but a cut, the attempt fails', async () => {
    const { url, close } = await rawServer((socket) => socket.destroy())
    expect(await send(url)).toMatchObject({ statusCode: null, error: 'the connection was cut' })
    await close()
    expect(await send(url)).toMatchObject({ statusCode: null, error: 'connection refused' })
  })

  test('when the worker stops, nothing is said of the endpoint', async () => {
    receiver.behave(() => {})
    const stop = new AbortController()
    const sending = send(receiver.url, { signal: stop.signal, timeoutMs: 10_000 })
    stop.abort()
    await expect(sending).rejects.toThrow(Interrupted)
    await expect(send(receiver.url, { signal: stop.signal })).rejects.toThrow(Interrupted)
  })
})

test('goes to the address that was checked, whatever the name would resolve to', async () => {
  const { port } = new URL(receiver.url)
  expect(await send(`http://hooks.shop.example:${port}/in?a=b`)).toMatchObject({ statusCode: 204 })
  expect(receiver.received).toMatchObject([{ path: '/in?a=b', body: '{"a":1}', headers: { host: `hooks.shop.example:${port}`, 'webhook-id': 'evt_1', connection: 'close' } }])
  expect(await send(`http://localhost:${port}/`, { target: { url: new URL(`http://localhost:${port}/`), addresses: ['127.0.0.77'] } })).toMatchObject({ statusCode: null })
})

test('takes no certificate that nobody vouches for', async () => {
  const { url, close } = await rawServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n'))
  const outcome = await send(url.replace('http:', 'https:'))
  expect(outcome).toMatchObject({ statusCode: null, error: expect.stringMatching(/^could not be sent/) as string })
  await close()
})
