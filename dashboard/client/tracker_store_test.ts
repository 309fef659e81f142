import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { TrackerStatus, TrackerUpdate } from "../../shared/tracker_dashboard_views.ts";
import { applyTrackerUpdate } from "./tracker_store.ts";

const status: TrackerStatus = {
  version: "1",
  instanceId: "a",
  port: 1,
  addresses: [],
  hasKey: false,
  clientCount: 0,
  swarmCount: 0,
  fileCount: 0,
  fileBytes: 0,
  announceCount: { udp: 0, http: 0 },
  refusedCount: 0,
  uploadedBytes: 0,
  downloadedBytes: 0,
  intervalSeconds: 60,
  startedAtMs: 0,
};

const update = (change: Partial<TrackerUpdate>): TrackerUpdate => ({
  status,
  clients: [],
  removedClients: [],
  swarms: [],
  removedSwarms: [],
  samples: [],
  catalogueVersion: "1",
  ...change,
});

const swarm = (infoHash: string, seederCount = 1) => ({ infoHash, seederCount, leecherCount: 0, completedCount: 0 });
const sample = (atMs: number) => ({ atMs, clientCount: 1, announceRate: 0, uploadRate: 0 });

Deno.test("what an update does not name stays the same object", () => {
  const first = applyTrackerUpdate(undefined, update({ swarms: [swarm("a"), swarm("b")], samples: [sample(1)] }));
  const second = applyTrackerUpdate(first, update({ swarms: [swarm("b", 2)] }));
  strictEqual(second.swarms.get("a"), first.swarms.get("a"));
  strictEqual(second.swarms.get("b")?.seederCount, 2);
  strictEqual(second.samples, first.samples);
  strictEqual(second.clients, first.clients);
  const third = applyTrackerUpdate(second, update({ removedSwarms: ["a"] }));
  deepStrictEqual([...third.swarms.keys()], ["b"]);
});

Deno.test("an hour of samples is kept", () => {
  let state = applyTrackerUpdate(undefined, update({}));
  for (let atMs = 0; atMs < 1000; atMs++) state = applyTrackerUpdate(state, update({ samples: [sample(atMs)] }));
  deepStrictEqual([state.samples.length, state.samples.at(-1)?.atMs], [360, 999]);
});
