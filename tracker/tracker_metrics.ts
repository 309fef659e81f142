/**
 * What Prometheus reads at `/metrics`. The numbers are read when asked for, so counting costs an announce nothing; only
 * the times of some answers are put into their histogram at once.
 *
 * @module
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { OriginView } from "../shared/tracker_dashboard_views.ts";
import { AnswerTimes, SAMPLE_EVERY } from "./answer_times.ts";
import type { Catalogue } from "./catalogue.ts";
import type { RequestCounts } from "./request_counts.ts";
import type { SwarmTotals } from "./swarm_views.ts";

/** Upper ends of the histogram's ranges, in seconds: from a lone answer to one behind a sweep of a million clients. */
const ANSWER_SECONDS = [5e-6, 1e-5, 2.5e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 1];

/** Where the numbers come from. */
export interface MetricsSource {
  readonly requestCounts: () => RequestCounts;
  readonly swarmTotals: () => SwarmTotals;
  readonly origin: () => OriginView;
  readonly catalogue: Catalogue;
  /** Torrents whose metadata are being asked for. */
  readonly wantedCount: () => number;
  readonly startedAtMs: number;
  /** Milliseconds on a clock that does not jump. */
  readonly now: () => number;
  /** Whether the store that is shared with other trackers can be reached; undefined where there is none. */
  readonly isStoreConnected: () => boolean | undefined;
}

/** The tracker's metrics. */
export class TrackerMetrics {
  /** Measures how long announces take. */
  readonly times: AnswerTimes;
  readonly #registry = new Registry();

  /** Nothing is read before it is asked for. */
  constructor(source: MetricsSource) {
    const histogram = new Histogram({
      name: "playswarm_tracker_answer_seconds",
      help: `Time from a request to its answer, of one in ${SAMPLE_EVERY} announces and scrapes.`,
      buckets: ANSWER_SECONDS,
      registers: [this.#registry],
    });
    this.times = new AnswerTimes({ now: source.now, observe: (seconds) => histogram.observe(seconds) });
    this.#addRequests(source);
    this.#addCommunity(source);
    if (source.isStoreConnected() !== undefined) {
      const help = "1 while the store that is shared with other trackers can be reached.";
      this.#gauge("playswarm_tracker_store_connected", help, () => Number(source.isStoreConnected() === true));
    }
    this.#gauge("process_start_time_seconds", "Start since 1970.", () => source.startedAtMs / 1000);
    this.#gauge("process_resident_memory_bytes", "Resident memory.", () => Deno.memoryUsage().rss);
  }

  /** All of them in Prometheus' text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #addRequests({ requestCounts }: MetricsSource): void {
    const registers = [this.#registry];
    new Counter({
      name: "playswarm_tracker_announces_total",
      help: "Announces by result; what was refused before it could be told from a scrape is among them.",
      labelNames: ["transport", "result"],
      registers,
      collect() {
        this.reset();
        const { announces, refusals } = requestCounts();
        for (const transport of ["udp", "http"] as const) {
          this.inc({ transport, result: "answered" }, announces[transport]);
          for (const [result, count] of Object.entries(refusals[transport])) this.inc({ transport, result }, count);
        }
      },
    });
    new Counter({
      name: "playswarm_tracker_scrapes_total",
      help: "Scrapes that were answered.",
      labelNames: ["transport"],
      registers,
      collect() {
        this.reset();
        for (const [transport, count] of Object.entries(requestCounts().scrapes)) this.inc({ transport }, count);
      },
    });
  }

  #addCommunity({ swarmTotals, catalogue, origin, wantedCount }: MetricsSource): void {
    const gauge = (name: string, help: string, read: () => number) =>
      this.#gauge(`playswarm_tracker_${name}`, help, read);
    const counter = (name: string, help: string, read: () => number) =>
      this.#counter(`playswarm_tracker_${name}_total`, help, read);
    gauge("clients", "Active clients.", () => swarmTotals().clientCount);
    gauge("swarms", "Swarms with somebody in them.", () => swarmTotals().swarmCount);
    gauge("memberships", "Clients summed over swarms.", () => swarmTotals().membershipCount);
    gauge("catalogue_rows", "Rows of the catalogue.", () => catalogue.totals.fileCount);
    gauge("catalogue_bytes", "Bytes of all its files.", () => catalogue.totals.fileBytes);
    gauge("metadata_wanted", "Torrents nobody has described.", wantedCount);
    counter("uploaded_bytes", "As clients report.", () => swarmTotals().uploadedBytes);
    counter("downloaded_bytes", "As clients report.", () => swarmTotals().downloadedBytes);
    counter("library_given_bytes", "Sent by our own library.", () => origin().givenBytes);
    counter("library_saved_bytes", "Taken by peers from one another, as both sides say.", () => origin().savedBytes);
  }

  #gauge(name: string, help: string, read: () => number): void {
    const collect = function (this: Gauge): void {
      this.set(read());
    };
    new Gauge({ name, help, registers: [this.#registry], collect });
  }

  #counter(name: string, help: string, read: () => number): void {
    const collect = function (this: Counter): void {
      this.reset();
      this.inc(read());
    };
    new Counter({ name, help, registers: [this.#registry], collect });
  }
}
