/**
 * Traces of OpenTelemetry across queues: BullMQ hands the context of a job on to those it adds, so that one trace tells the way of a crawl's
 * articles into the lists. Loaded only where a collector is configured (docs/decisions/0021); a collector that is away holds up nobody.
 */

import { context, propagation, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Telemetry } from 'bullmq'
import { BullMQOtel } from 'bullmq-otel'
import type { TracingSettings } from '../config/sections/tracing.ts'

export interface Tracing {
  /** For queues and workers. */
  readonly telemetry: Telemetry
  /** Sends what is left, within a few seconds. */
  stop(): Promise<void>
}

/** ms between two sendings, and for which one may take. */
const EVERY = 2_000
const PATIENCE = 5_000

/** @param about version of newsdesk, and id of this process */
export const startTracing = (
  { endpoint, sample }: TracingSettings,
  about: { readonly version: string; readonly id: string },
): Tracing => {
  const { version, id } = about
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: PATIENCE,
  })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'newsdesk',
      'service.version': version,
      'service.instance.id': id,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sample) }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: EVERY, exportTimeoutMillis: PATIENCE })],
  })
  // bullmq-otel knows no other than the global ones.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(provider)
  return {
    telemetry: new BullMQOtel({ tracerName: 'newsdesk', version }) as Telemetry, // its context is of its own kind
    async stop() {
      await provider.shutdown().catch(() => undefined) // a collector that is away: its spans are lost, as they would be anyway
      trace.disable()
      context.disable()
      propagation.disable()
    },
  }
}
