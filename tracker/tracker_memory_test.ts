import assert from "node:assert/strict";
import { ManualClock } from "../peer/net/manual_clock.ts";
import { type PeerId, peerId } from "../shared/ids.ts";
import type { Announce } from "../shared/wire/announce.ts";
import { encodeAnnounceQuery } from "../shared/wire/http_tracker_query.ts";
import { Folder } from "../tests/program.ts";
import { monotonicMs } from "./clock.ts";
import { sampleTorrent } from "./sample_torrent.ts";
import { TotalsStore } from "./totals_store.ts";
import { Tracker } from "./tracker.ts";
import { openTrackerDatabase } from "./tracker_database.ts";
import { WRITE_EVERY_MS } from "./tracker_memory.ts";

const { infoHash } = sampleTorrent("film.mp4").info;
const id = (name: string): PeerId => peerId(new TextEncoder().encode(`-PS0100-${name.padEnd(12, ".")}`));

/** The clock of leases, moved by hand from where it is now: a snapshot tells when it was written. */
class HandClock extends ManualClock {
  readonly #startMs = monotonicMs();

  override now(): number {
    return this.#startMs + super.now();
  }
}

const startTracker = (dataDirectory: string, clock = new HandClock()) =>
  Tracker.start({ host: "127.0.0.1", port: 0, intervalSeconds: 60, dataDirectory, clock });

async function announce(tracker: Tracker, name: string, more: Partial<Announce> = {}): Promise<void> {
  const port = 6000 + name.length;
  const announced = { infoHash, peerId: id(name), port, uploaded: 0, downloaded: 0, left: 0, ...more };
  const query = encodeAnnounceQuery(announced, { isCompact: true });
  const answer = await fetch(`http://127.0.0.1:${tracker.port}/announce?${query}`);
  assert.match(await answer.text(), /8:interval/);
}

/** What a tracker knows that is started where another one was killed just now. */
async function afterCrash(folder: Folder): Promise<{ readonly clients: readonly string[]; readonly bytes: number[] }> {
  await using copy = await Folder.create();
  for await (const { name } of Deno.readDir(folder.path)) {
    await Deno.copyFile(`${folder.path}/${name}`, `${copy.path}/${name}`);
  }
  await using tracker = await startTracker(copy.path);
  const clients = tracker.clients().map(({ peerId, name = "" }) => `${peerId} ${name}`).sort();
  return { clients, bytes: sumsOf(tracker) };
}

function sumsOf(tracker: Tracker): number[] {
  const { uploadedBytes, downloadedBytes } = tracker.status();
  const { givenBytes, savedBytes } = tracker.origin();
  return [uploadedBytes, downloadedBytes, givenBytes, savedBytes];
}

Deno.test("each minute it is written who is where and what was moved: a crash loses no more than came since", async () => {
  await using folder = await Folder.create();
  const clock = new HandClock();
  await using tracker = await startTracker(folder.path, clock);
  const library = { givenBytes: 0 };
  tracker.setLibrary({ peerId: id("library"), uploadedBytes: () => library.givenBytes });
  await announce(tracker, "anna", { event: "started" });
  await announce(tracker, "anna", { uploaded: 70, downloaded: 50 });
  library.givenBytes = 9;
  clock.advance(WRITE_EVERY_MS - 1);
  assert.deepEqual(await afterCrash(folder), { clients: [], bytes: [0, 0, 0, 0] }, "the minute is not over");

  clock.advance(1);
  // The next minute begins when it is written.
  await clock.untilTimer();
  await announce(tracker, "berta", { event: "started" });
  await announce(tracker, "anna", { uploaded: 100, downloaded: 50 });
  const first = { clients: [`${id("anna")} `], bytes: [70, 50, 9, 50] };
  assert.deepEqual(await afterCrash(folder), first, "what came since is lost");

  clock.advance(WRITE_EVERY_MS);
  await clock.untilTimer();
  const second = { clients: [`${id("anna")} `, `${id("berta")} `], bytes: [100, 50, 9, 50] };
  assert.deepEqual(await afterCrash(folder), second);
});

Deno.test("what was moved goes on from one run to the next, the library's share too", async () => {
  await using folder = await Folder.create();
  for (const run of [1, 2, 3]) {
    await using tracker = await startTracker(folder.path);
    assert.deepEqual(sumsOf(tracker), [70, 50, 9, 50].map((bytes) => bytes * (run - 1)), `before run ${run}`);
    tracker.setLibrary({ peerId: id("library"), uploadedBytes: () => 9 });
    await announce(tracker, "anna", { event: "started" });
    await announce(tracker, "anna", { uploaded: 70, downloaded: 50 });
    assert.deepEqual(sumsOf(tracker), [70, 50, 9, 50].map((bytes) => bytes * run), `after run ${run}`);
  }
});

Deno.test("a database of the second version is taken over: its torrents stay, its sums begin with nothing", async () => {
  await using folder = await Folder.create();
  const path = `${folder.path}/catalogue.sqlite`;
  {
    using database = openTrackerDatabase(path);
    database.exec("DROP TABLE totals; PRAGMA user_version = 2");
    database.exec(
      `INSERT INTO torrents VALUES ('${infoHash}', NULL, 'key', 'film.mp4', 'video', 1, 5, 1, 7, 7, 1, x'00',
      3.5)`,
    );
  }
  {
    using database = openTrackerDatabase(path);
    const totals = new TotalsStore(database);
    assert.deepEqual(totals.read(), { uploadedBytes: 0, downloadedBytes: 0, exchangedBytes: 0, givenBytes: 0 });
    totals.write({ uploadedBytes: 2 ** 60, downloadedBytes: 1, exchangedBytes: 2, givenBytes: 3 });
  }
  using database = openTrackerDatabase(path);
  assert.equal(new TotalsStore(database).read().uploadedBytes, 2 ** 60);
  const row = database.prepare("SELECT name, duration_seconds FROM torrents").get();
  assert.deepEqual({ ...row }, { name: "film.mp4", duration_seconds: 3.5 });
});
