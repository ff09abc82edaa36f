/**
 * OpenTelemetry traces across queues: BullMQ passes the context of a job to the jobs it adds, so that one trace follows
 * a crawl's articles into the lists. Loaded only if a collector is configured (docs/decisions/0021); an unreachable
 * collector delays nothing.
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
  /** Sends the remaining spans, within a few seconds. */
  stop(): Promise<void>
}

/** ms between two exports, and the timeout of one. */
const EXPORT_INTERVAL = 2_000
const EXPORT_TIMEOUT = 5_000

/** @param about version of newsdesk, and id of this process */
export const startTracing = (
  { endpoint, sample }: TracingSettings,
  about: { readonly version: string; readonly id: string },
): Tracing => {
  const { version, id } = about
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: EXPORT_TIMEOUT,
  })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'newsdesk',
      'service.version': version,
      'service.instance.id': id,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sample) }),
    spanProcessors: [
      new BatchSpanProcessor({ exporter, scheduledDelayMillis: EXPORT_INTERVAL, exportTimeoutMillis: EXPORT_TIMEOUT }),
    ],
  })
  // bullmq-otel uses the global ones only.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  propagation.setGlobalPropagator(new W3CTraceContextPropagator())
  trace.setGlobalTracerProvider(provider)
  return {
    telemetry: new BullMQOtel({ tracerName: 'newsdesk', version }) as Telemetry, // its context is of its own kind
    async stop() {
      await provider.shutdown().catch(() => undefined) // an unreachable collector: its spans are lost in any case
      trace.disable()
      context.disable()
      propagation.disable()
    },
  }
}
