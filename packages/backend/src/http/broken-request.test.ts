import { connect } from 'node:net'
import { problemSchema } from '@holdfast/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestBackend, type TestBackend } from '../testing/backend.ts'

let backend: TestBackend
beforeAll(async () => {
  backend = await startTestBackend()
})
afterAll(() => backend.close())

/** Sends bytes as they are, and reads until the other side has closed. */
function exchange(bytes: string): Promise<string> {
  const { hostname, port } = new URL(backend.url)
  return new Promise((resolve, reject) => {
    let heard = ''
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes))
    socket.on('data', (chunk) => { heard += chunk.toString() })
    socket.on('error', reject)
    socket.on('close', () => resolve(heard))
  })
}

test.each([
  ['no HTTP at all', 'HELLO\r\n\r\n', 400, 'http_malformed'],
  ['a header without a colon', 'GET /v1/orders HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n', 400, 'http_malformed'],
  ['a body of two lengths', 'POST /v1/orders HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab', 400, 'http_malformed'],
  ['oversized headers', `GET /v1/orders HTTP/1.1\r\nHost: a\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`, 431, 'headers_too_large'],
])('%s is answered with a problem document', async (_name, bytes, status, code) => {
  const [head, body] = (await exchange(bytes)).split('\r\n\r\n') as [string, string]
  expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
  expect(head).toContain('Content-Type: application/problem+json')
  expect(problemSchema.parse(JSON.parse(body))).toMatchObject({ status, code })
})
