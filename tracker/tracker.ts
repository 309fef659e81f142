/**
 * The tracker as a whole: it opens the port, keeps the time, shows what there is, and closes everything in the right order.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { getLogger } from "@logtape/logtape";
import type { ClientView, OriginView, SwarmView, TrackerStatus } from "../shared/tracker_dashboard_views.ts";
import type { PeerId } from "../shared/ids.ts";
import { VERSION } from "../shared/version.ts";
import type { Catalogue } from "./catalogue.ts";
import { CONNECTION_KEY_LENGTH, ConnectionIds } from "./connection_id.ts";
import { trackerApp } from "./http_server.ts";
import type { AccessLists } from "./gatekeeper.ts";
import { monotonicMs } from "./clock.ts";
import { addressesOf, ownAddresses } from "./own_addresses.ts";
import { PublicPort } from "./public_port.ts";
import { SweepTimer } from "./sweep_timer.ts";
import { checkOptions, type TrackerOptions } from "./tracker_options.ts";
import { makeParts, originView, type TrackerParts } from "./tracker_parts.ts";
import { clientViews, swarmViews, type ViewLimits, type ViewSource } from "./tracker_views.ts";
import { UdpServer } from "./udp_server.ts";

/** The lease of a client ends within this part of an interval, so "2.5 intervals" is meant as it is said. */
const SWEEPS_PER_INTERVAL = 20;

/** A sweep looks at every client: not more often, nor so seldom that the dashboard shows who is long gone. */
const MIN_SWEEP_MS = 50;
const MAX_SWEEP_MS = 3000;

/** How often interfaces are looked at: a laptop changes its network now and then. */
const ADDRESSES_EVERY_MS = 30_000;

/** How often what is held is noted, which a crash makes that much older; against a week it is nothing. */
const FORGET_EVERY_MS = 60 * 60_000;

const logger = getLogger(["playswarm", "tracker"]);

/** A running tracker. Disposing of it lets answers under way end, and frees the port. */
export class Tracker implements AsyncDisposable {
  /** The port of UDP and TCP. */
  readonly port: number;
  /** Another one at every start: who sees a new one knows that everything must be announced again. */
  readonly instanceId: string;
  /** The verified torrents that somebody has. */
  readonly catalogue: Catalogue;
  readonly #parts: TrackerParts;
  readonly #scope: AsyncDisposableStack;

  private constructor(parts: TrackerParts, running: { readonly port: number; readonly scope: AsyncDisposableStack }) {
    this.#parts = parts;
    this.#scope = running.scope;
    this.port = running.port;
    this.instanceId = parts.instanceId;
    this.catalogue = parts.catalogue;
  }

  /**
   * Starts a tracker.
   *
   * @throws {RangeError} when an option is out of range
   * @throws {Deno.errors.AddrInUse} when the port is taken; the message names it
   * @throws {StoreVersionError} when a later version wrote the catalogue
   */
  static async start(options: TrackerOptions): Promise<Tracker> {
    checkOptions(options);
    await using scope = new AsyncDisposableStack();
    const parts = await makeParts(options, scope);
    const port = openPort(parts, scope);
    startTimers(parts, scope);
    logger.info("The tracker listens on port {port}", { port });
    return new Tracker(parts, { port, scope: scope.move() });
  }

  /** The tracker in numbers. */
  status(): TrackerStatus {
    const { meeting, swarms, options } = this.#parts;
    const { announces, refusedCount } = meeting.requestCounts;
    const { clientCount, swarmCount, uploadedBytes, downloadedBytes } = swarms.totals;
    return {
      version: VERSION,
      instanceId: this.instanceId,
      port: this.port,
      addresses: addressesOf({ host: options.host, port: this.port }),
      hasKey: options.key !== undefined,
      clientCount,
      swarmCount,
      ...this.catalogue.totals,
      announceCount: { ...announces },
      refusedCount,
      uploadedBytes,
      downloadedBytes,
      intervalSeconds: Math.max(options.intervalSeconds, swarms.intervalSeconds),
      startedAtMs: this.#parts.startedAtMs,
    };
  }

  /** Active clients, each with its files. */
  clients(limits: ViewLimits = {}): readonly ClientView[] {
    return clientViews(this.#viewSource(), limits);
  }

  /** Swarms, the largest first. */
  swarms(limits: ViewLimits = {}): readonly SwarmView[] {
    return swarmViews(this.#viewSource(), limits);
  }

  /** Replaces the lists of who and what is let in; whoever is not any more goes at once. */
  setLists(lists: AccessLists): void {
    this.#parts.gate.setLists(lists);
    this.#parts.meeting.evict();
  }

  /** Says which client is our own library, and how much it gave in this run: whoever looks is told what it was spared. */
  setLibrary(library: { readonly peerId: PeerId; readonly uploadedBytes: () => number }): void {
    const { swarms, origin } = this.#parts;
    const givenBytes = origin.givenBytes();
    swarms.setLibrary(library.peerId);
    origin.givenBytes = () => givenBytes + library.uploadedBytes();
  }

  /** What the library gave, and what peers took from one another. */
  origin(): OriginView {
    return originView(this.#parts);
  }

  /** The metrics in Prometheus' text format. */
  metrics(): Promise<string> {
    return this.#parts.metrics.text();
  }

  /** Tells soon after anything has changed; disposing of the answer ends the calls. */
  subscribe(listener: () => void): Disposable {
    return this.#parts.listeners.subscribe(listener);
  }

  /** Stops: no new requests, answers under way end, what is held is noted, the database is closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope[Symbol.asyncDispose]();
  }

  #viewSource(): ViewSource {
    const { swarms, catalogue } = this.#parts;
    // In whole seconds: what jumps by a millisecond would make every client look changed.
    const clockOffsetMs = Math.round((Date.now() - monotonicMs()) / 1000) * 1000;
    return { swarms, catalogue, clockOffsetMs };
  }
}

/** Opens the public port and serves it; gives its number. */
function openPort(parts: TrackerParts, scope: AsyncDisposableStack): number {
  const { meeting, key, catalogue, instanceId, metrics } = parts;
  const app = trackerApp({
    desk: meeting,
    key,
    catalogue,
    put: (metainfo, claim) => meeting.putTorrent(metainfo, claim),
    takeName: (client) => meeting.takeName(client),
    instanceId,
    metrics: () => metrics.text(),
    times: metrics.times,
    hasNear: (infoHash, host) => meeting.hasNear(infoHash, host),
    report: (error, { method, url }) => logger.error("{method} {url}: {error}", { method, url, error }),
  });
  const { host, port } = parts.options;
  const publicPort = scope.use(
    PublicPort.open({ host, port, handler: (request, origin) => app.fetch(request, origin) }),
  );
  const connectionIds = new ConnectionIds(randomBytes(CONNECTION_KEY_LENGTH));
  scope.use(
    new UdpServer(publicPort.datagrams, { desk: meeting, key, connectionIds, now: monotonicMs, times: metrics.times }),
  );
  return publicPort.port;
}

function startTimers({ options, gate, meeting, swarms }: TrackerParts, scope: AsyncDisposableStack): void {
  const sweepMs = options.intervalSeconds * 1000 / SWEEPS_PER_INTERVAL;
  const every = (periodMs: number, run: () => void) => {
    const timer = setInterval(run, periodMs);
    scope.defer(() => clearInterval(timer));
  };
  scope.use(new SweepTimer({ meeting, swarms, roundMs: Math.min(MAX_SWEEP_MS, Math.max(MIN_SWEEP_MS, sweepMs)) }));
  every(MAX_SWEEP_MS, () => gate.sweep(monotonicMs()));
  every(FORGET_EVERY_MS, () => meeting.forgetOld());
  swarms.setOwnAddresses(ownAddresses());
  every(ADDRESSES_EVERY_MS, () => swarms.setOwnAddresses(ownAddresses()));
}
