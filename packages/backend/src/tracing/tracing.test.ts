import { InMemorySpanExporter, SimpleSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { inSpan, traceOfLog } from './span.ts'
import { startTracing, tracingFromEnvironment } from './start.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const kept = { traceparent: `00-${traceId}-b7ad6b7169203331-01` }
const dropped = { traceparent: `00-${traceId}-b7ad6b7169203331-00` }

let exporter: InMemorySpanExporter
let stop: () => Promise<void>
const started = (ratio = 1) => {
  exporter = new InMemorySpanExporter()
  stop = startTracing({ service: 'test', ratio, processor: new SimpleSpanProcessor({ exporter }) })
}
const spans = (): ReadableSpan[] => exporter.getFinishedSpans()
beforeEach(() => started())
afterEach(() => stop())

test('a call’s span continues its caller’s trace, and what it does stands within it', async () => {
  const seen = await inSpan('POST /v1/escrows/:id/release', { kind: 'server', from: kept }, async () => {
    await inSpan('rail.refund', { kind: 'client', attributes: { 'holdfast.connector': 'antom' } }, async () => null)
    return traceOfLog().traceId
  }, () => ({ 'http.response.status_code': 200 }))
  expect(seen).toBe(traceId)
  const [inner, outer] = spans() as [ReadableSpan, ReadableSpan]
  expect(outer).toMatchObject({ name: 'POST /v1/escrows/:id/release', kind: SpanKind.SERVER, attributes: { 'http.response.status_code': 200 } })
  expect(inner.parentSpanContext?.spanId).toBe(outer.spanContext().spanId)
  expect(inner.spanContext().traceId).toBe(traceId)
})

test('what fails is marked by the kind of its error, never by its words', async () => {
  const failing = inSpan('x', {}, async () => { throw new TypeError('number 4111111111111111') })
  await expect(failing).rejects.toThrow(TypeError)
  const [span] = spans() as [ReadableSpan]
  expect(span.status).toEqual({ code: SpanStatusCode.ERROR })
  expect(JSON.stringify([span.attributes, span.events, span.status])).not.toContain('4111')
  expect(span.attributes).toMatchObject({ 'error.type': 'TypeError' })
})

test('what the caller chose not to keep is not kept, and of what begins here the ratio', async () => {
  await inSpan('unkept', { from: dropped }, async () => null)
  expect(spans()).toEqual([])
  await stop()
  started(0)
  await inSpan('begins here', {}, async () => null)
  await inSpan('kept by its caller', { from: kept }, async () => null)
  expect(spans().map(({ name }) => name)).toEqual(['kept by its caller'])
})

test('is off unless OpenTelemetry’s own variables name where traces go', () => {
  expect(tracingFromEnvironment({}, 'x')).toBeNull()
})
