/**
 * What a tracker is put together from: database, swarms, who lets in, who fetches and tries, and what is remembered; made
 * in the order in which they need one another, and closed in the other order.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { formatEndpoint } from "../shared/endpoint.ts";
import { createPeerId } from "../shared/ids.ts";
import type { OriginView } from "../shared/tracker_dashboard_views.ts";
import { AccessKey } from "./access_key.ts";
import { Catalogue } from "./catalogue.ts";
import { ChangeListeners } from "./change_listeners.ts";
import { Gatekeeper, OPEN_LISTS } from "./gatekeeper.ts";
import { MeetingPoint } from "./meeting_point.ts";
import { MetadataFetcher } from "./metadata_fetch.ts";
import { monotonicMs, systemClock } from "./clock.ts";
import { ReachProbe } from "./reach_probe.ts";
import { DEFAULT_REQUESTS_PER_SECOND } from "./request_limits.ts";
import { Swarms } from "./swarms.ts";
import { TotalsStore } from "./totals_store.ts";
import { openTrackerDatabase } from "./tracker_database.ts";
import { TrackerMemory } from "./tracker_memory.ts";
import { TrackerMetrics } from "./tracker_metrics.ts";
import type { TrackerOptions } from "./tracker_options.ts";

const logger = getLogger(["playswarm", "tracker"]);

/** What a tracker is put together from. */
export interface TrackerParts {
  readonly options: TrackerOptions;
  readonly key: AccessKey;
  readonly gate: Gatekeeper;
  readonly swarms: Swarms;
  readonly catalogue: Catalogue;
  readonly meeting: MeetingPoint;
  readonly listeners: ChangeListeners;
  /** How much our own library gave, in former runs too. */
  readonly origin: { givenBytes: () => number };
  readonly metrics: TrackerMetrics;
  readonly instanceId: string;
  readonly startedAtMs: number;
}

/** Opens and makes the parts; they are closed with the scope. @throws {StoreVersionError} */
export async function makeParts(options: TrackerOptions, scope: AsyncDisposableStack): Promise<TrackerParts> {
  const key = new AccessKey(options.key);
  const database = openTrackerDatabase(await databasePath(options));
  scope.defer(() => database.close());
  const catalogue = scope.use(new Catalogue(database));
  const totals = new TotalsStore(database);
  const { givenBytes, ...traffic } = totals.read();
  const swarms = new Swarms({ intervalSeconds: options.intervalSeconds, random: Math.random, traffic });
  const origin = { givenBytes: () => givenBytes };
  const listeners = scope.use(new ChangeListeners());
  const onChange = () => listeners.notify();
  const metadata: MetadataFetcher = scope.use(
    new MetadataFetcher({
      ...options.metadata,
      peerId: createPeerId(randomBytes(12)),
      now: monotonicMs,
      candidates: (infoHash) => meeting.candidates(infoHash),
      onFound: (info) => meeting.takeInfo(info),
    }),
  );
  const reach = scope.use(makeReachProbe(swarms, onChange));
  const gate = new Gatekeeper({
    lists: options.lists ?? OPEN_LISTS,
    requestsPerSecond: options.requestsPerSecond ?? DEFAULT_REQUESTS_PER_SECOND,
  });
  let memory: TrackerMemory | undefined = undefined;
  const meeting = new MeetingPoint({
    gate,
    reach,
    swarms,
    catalogue,
    metadata,
    now: monotonicMs,
    date: Date.now,
    onChange,
    onTorrent: (infoHash) => memory?.noteTorrent(infoHash),
  });
  // The last to write, before the database is closed.
  scope.defer(() => meeting.forgetOld());
  const { dataDirectory, store } = options;
  memory = scope.use(
    await TrackerMemory.open({
      swarms,
      catalogue,
      meeting,
      clock: options.clock ?? systemClock,
      noteTotals: () => totals.write({ ...swarms.totals, givenBytes: origin.givenBytes() }),
      ...(dataDirectory === undefined ? {} : { dataDirectory }),
      ...(store === undefined ? {} : { store }),
    }),
  );
  const startedAtMs = Date.now();
  const metrics = new TrackerMetrics({
    requestCounts: () => meeting.requestCounts,
    swarmTotals: () => swarms.totals,
    origin: () => originView({ swarms, origin }),
    catalogue,
    wantedCount: () => metadata.wantedCount,
    startedAtMs,
    now: monotonicMs,
    isStoreConnected: () => memory?.isStoreConnected,
  });
  const instanceId = randomBytes(8).toString("hex");
  return { options, key, gate, swarms, catalogue, meeting, listeners, origin, metrics, instanceId, startedAtMs };
}

async function databasePath({ dataDirectory }: TrackerOptions): Promise<string> {
  if (dataDirectory === undefined) return ":memory:";
  await Deno.mkdir(dataDirectory, { recursive: true });
  return join(dataDirectory, "catalogue.sqlite");
}

function makeReachProbe(swarms: Swarms, onChange: () => void): ReachProbe {
  return new ReachProbe({
    onResult(client, isReachable) {
      logger.debug("{endpoint} takes connections: {isReachable}", { endpoint: formatEndpoint(client), isReachable });
      swarms.setReachable(client, isReachable);
      onChange();
    },
  });
}

/** What the library gave, and what peers took from one another: as senders say, and no more than receivers do. */
export function originView({ swarms, origin }: Pick<TrackerParts, "swarms" | "origin">): OriginView {
  const { exchangedBytes, downloadedBytes } = swarms.totals;
  return { givenBytes: origin.givenBytes(), savedBytes: Math.min(exchangedBytes, downloadedBytes) };
}
