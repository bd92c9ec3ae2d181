import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor, ParentBasedSampler, TraceIdRatioBasedSampler, TracerProvider, type SpanProcessor,
} from '@opentelemetry/sdk-trace'
import { setTracing, wantsTracing } from './span.ts'

export interface TracingOptions {
  /** The process's own name among those that trace. */
  readonly service: string
  /** The share of traces that begin here which is kept; one that began at a caller is kept as the caller decided. */
  readonly ratio: number
  readonly processor: SpanProcessor
}

/** Turns tracing on for this process, once; answers what sends the rest and turns it off. */
export function startTracing({ service, ratio, processor }: TracingOptions): () => Promise<void> {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.namespace': 'holdfast' }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [processor],
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(provider)
  setTracing(true)
  return async () => {
    setTracing(false)
    await provider.shutdown()
    trace.disable()
    propagation.disable()
    context.disable()
  }
}

const DEFAULT_RATIO = 0.01

/**
 * Turns tracing on where OpenTelemetry's own variables ask for it: `OTEL_EXPORTER_OTLP_ENDPOINT` or
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` (OTLP over HTTP), `OTEL_TRACES_SAMPLER_ARG` (the ratio; 0.01 by default),
 * `OTEL_SERVICE_NAME`.
 *
 * @returns what stops it; null: nobody asked
 */
export function tracingFromEnvironment(env: Readonly<Record<string, string | undefined>>, service: string): (() => Promise<void>) | null {
  if (!wantsTracing(env)) return null
  const given = Number(env['OTEL_TRACES_SAMPLER_ARG'] ?? DEFAULT_RATIO)
  const ratio = given >= 0 && given <= 1 ? given : DEFAULT_RATIO
  return startTracing({ service: env['OTEL_SERVICE_NAME'] ?? service, ratio, processor: new BatchSpanProcessor({ exporter: new OTLPTraceExporter() }) })
}
