import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Refusal } from '@holdfast/core'
import { fewRandomBytes } from '../random.ts'
import { renderProblem } from './problem.ts'

export function newRequestId(): string {
  return `req_${fewRandomBytes(12).toString('base64url')}`
}

const tooLarge: Refusal<'headers_too_large'> = {
  refused: 'headers_too_large',
  detail: 'The headers are larger than 16 KB in all. Send fewer or shorter ones.',
}
const malformed: Refusal<'http_malformed'> = {
  refused: 'http_malformed',
  detail: 'The request could not be read as HTTP/1.1. Check its request line and headers.',
}

/** Answers what never became a request: there is no reply to send it by, only the socket. */
export function answerBrokenRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const { status, body, contentType } = renderProblem(error.code === 'HPE_HEADER_OVERFLOW' ? tooLarge : malformed, newRequestId())
  socket.end([
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, `Content-Type: ${contentType}`, `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close', 'X-Content-Type-Options: nosniff', 'Cache-Control: no-store', '', body,
  ].join('\r\n'))
}
