/**
 * What Prometheus reads at `/metrics`. The numbers are read when asked for: counting costs an announce nothing.
 *
 * @module
 */
import { Counter, Gauge, Registry } from "prom-client";
import type { OriginView } from "../shared/dashboard_views.ts";
import type { Catalogue } from "./catalogue.ts";
import type { RequestCounts } from "./meeting_point.ts";
import type { SwarmTotals } from "./swarms.ts";

/** Where the numbers come from. */
export interface MetricsSource {
  readonly requestCounts: () => RequestCounts;
  readonly swarmTotals: () => SwarmTotals;
  readonly origin: () => OriginView;
  readonly catalogue: Catalogue;
  /** Torrents whose metadata are being asked for. */
  readonly wantedCount: () => number;
  readonly startedAtMs: number;
}

/** Makes the function that gives the metrics in Prometheus' text format. */
export function trackerMetrics(source: MetricsSource): () => Promise<string> {
  const registry = new Registry();
  addRequestCounters(registry, source);
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers: [registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  gauge("playswarm_tracker_clients", "Active clients.", () => source.swarmTotals().clientCount);
  gauge("playswarm_tracker_swarms", "Swarms with somebody in them.", () => source.swarmTotals().swarmCount);
  gauge("playswarm_tracker_memberships", "Clients summed over swarms.", () => source.swarmTotals().membershipCount);
  gauge("playswarm_tracker_catalogue_rows", "Rows of the catalogue.", () => source.catalogue.totals.fileCount);
  gauge("playswarm_tracker_catalogue_bytes", "Bytes of all its files.", () => source.catalogue.totals.fileBytes);
  gauge("playswarm_tracker_metadata_wanted", "Torrents nobody has described.", source.wantedCount);
  counter("playswarm_tracker_uploaded_bytes_total", "As clients report.", () => source.swarmTotals().uploadedBytes);
  counter("playswarm_tracker_downloaded_bytes_total", "As clients report.", () => source.swarmTotals().downloadedBytes);
  counter("playswarm_tracker_library_given_bytes_total", "Sent by our own library.", () => source.origin().givenBytes);
  counter(
    "playswarm_tracker_library_saved_bytes_total",
    "Taken by peers from one another, as both sides report.",
    () => source.origin().savedBytes,
  );
  gauge("process_start_time_seconds", "Start of the process since 1970.", () => source.startedAtMs / 1000);
  gauge("process_resident_memory_bytes", "Resident memory.", () => Deno.memoryUsage().rss);
  return () => registry.metrics();
}

function addRequestCounters(registry: Registry, source: MetricsSource): void {
  const kinds = [["announces", "answered announces"], ["scrapes", "answered scrapes"], [
    "refusals",
    "refusals",
  ]] as const;
  for (const [kind, words] of kinds) {
    new Counter({
      name: `playswarm_tracker_${kind}_total`,
      help: `Number of ${words}.`,
      labelNames: ["transport"],
      registers: [registry],
      collect() {
        this.reset();
        for (const [transport, count] of Object.entries(source.requestCounts()[kind])) this.inc({ transport }, count);
      },
    });
  }
}
