import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { deadlineIn } from '@holdfast/connector-shared'
import { describe, expect, it, onTestFinished } from 'vitest'
import { send } from './http.ts'
import { closedPort } from './testing.ts'

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener)
  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/a?b=c`)
}

const soon = (): ReturnType<typeof deadlineIn> => deadlineIn(2_000)
const post = (url: URL, body: Uint8Array): Parameters<typeof send>[0] => ({ method: 'POST', url, headers: { 'x-one': '1' }, body })

describe('a request', () => {
  it('has the bytes that it was given, and its answer those that came', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
    const url = await serve((request, response) => {
      const got: Buffer[] = []
      request.on('data', (chunk: Buffer) => got.push(chunk)).on('end', () => {
        response.writeHead(201, { 'x-path': request.url ?? '', 'x-length': request.headers['content-length'] ?? '' }).end(Buffer.concat(got).reverse())
      })
    })
    for (let times = 0; times < 2; times += 1) {
      const answer = await send(post(url, bytes), soon())
      expect(answer).toMatchObject({ kind: 'answered', status: 201, headers: { 'x-path': '/a?b=c', 'x-length': '256' } })
      expect(answer.kind === 'answered' && answer.body.equals(Buffer.from(bytes).reverse())).toBe(true)
    }
  })

  it('follows no redirect', async () => {
    const url = await serve((_, response) => { response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end() })
    expect(await send(post(url, Buffer.from('{}')), soon())).toMatchObject({ kind: 'answered', status: 302 })
  })

  it.each<[string, RequestListener]>([
    ['the connection is cut', (request) => { request.socket.resetAndDestroy() }],
    ['the answer is cut', (request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{')
      setImmediate(() => { request.socket.destroy() })
    }],
    ['nothing comes in time', () => undefined],
  ])('is unknown when %s', async (_, listener) => {
    const url = await serve(listener)
    expect(await send(post(url, Buffer.from('{}')), deadlineIn(150))).toMatchObject({ kind: 'unknown', reason: expect.stringMatching(/./) })
  })

  it('is provably not sent where nothing listens, where TLS fails, and without time', async () => {
    const closed = new URL(`http://127.0.0.1:${await closedPort()}/`)
    expect(await send(post(closed, Buffer.from('{}')), soon())).toEqual({ kind: 'not_sent', reason: 'ECONNREFUSED' })
    let came = 0
    const plain = await serve((_, response) => {
      came += 1
      response.end()
    })
    const secure = new URL(plain.href.replace('http:', 'https:'))
    expect(await send(post(secure, Buffer.from('{}')), soon())).toMatchObject({ kind: 'not_sent' })
    expect(await send(post(plain, Buffer.from('{}')), deadlineIn(0))).toMatchObject({ kind: 'not_sent' })
    expect(came).toBe(0)
  })
})
