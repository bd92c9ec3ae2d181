import { context, propagation, SpanKind, SpanStatusCode, trace, type Attributes, type Context } from '@opentelemetry/api'

/*
 * Traces by OpenTelemetry: a span for each call, each request to a rail and each webhook delivery. Off unless it is
 * asked for, and then a call that isn't sampled costs next to nothing. No span has a body, a person's name, or a
 * secret.
 */

let on = false

/** Whether spans are made in this process; `start.ts` says. */
export function setTracing(wanted: boolean): void {
  on = wanted
}

/** Whether OpenTelemetry's own variables say where traces go. */
export function wantsTracing(env: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(env['OTEL_EXPORTER_OTLP_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'])
}

export interface SpanOptions {
  readonly kind?: 'server' | 'client' | 'internal'
  readonly attributes?: Attributes
  /** The headers of a call that may carry the caller's trace. */
  readonly from?: Readonly<Record<string, string | string[] | undefined>>
}

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL }

/**
 * Does work within a span. What it throws marks the span as failed, without its message: that may quote what was
 * sent.
 *
 * @param describe - attributes that are known once the work is done
 */
export async function inSpan<T>(
  name: string, { kind = 'internal', attributes = {}, from }: SpanOptions, work: () => Promise<T>,
  describe?: (result: T) => Attributes,
): Promise<T> {
  if (!on) return work()
  const parent: Context = from ? propagation.extract(context.active(), from) : context.active()
  const span = trace.getTracer('holdfast').startSpan(name, { kind: kinds[kind], attributes }, parent)
  try {
    const result = await context.with(trace.setSpan(parent, span), work)
    if (describe) span.setAttributes(describe(result))
    return result
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR })
    span.setAttribute('error.type', (error as Error).name)
    throw error
  } finally {
    span.end()
  }
}

/** The trace that is under way, for the log; nothing without one. */
export function traceOfLog(): { readonly traceId?: string } {
  if (!on) return {}
  const active = trace.getActiveSpan()?.spanContext()
  return active ? { traceId: active.traceId } : {}
}
