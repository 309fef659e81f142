import assert from "node:assert/strict";
import { createPeerId, type InfoHash, infoHash, truncateInfoHash } from "../shared/ids.ts";
import type { Endpoint } from "../shared/endpoint.ts";
import type { Info } from "../shared/metainfo.ts";
import { ProtocolError } from "../shared/protocol_error.ts";
import { MAX_FETCHES, MetadataFetcher, type MetadataFetcherOptions } from "./metadata_fetch.ts";
import { sampleTorrent } from "./sample_torrent.ts";

const peerId = createPeerId(new Uint8Array(12));
const { info } = sampleTorrent("film.mp4");
const candidate = (port: number): Endpoint => ({ host: "127.0.0.1", port });

/** A fetcher of these candidates, and the promise of what it finds. */
function fetcherOf(options: Partial<MetadataFetcherOptions> & Pick<MetadataFetcherOptions, "fetch">) {
  const { promise: found, resolve } = Promise.withResolvers<Info>();
  const fetcher = new MetadataFetcher({
    peerId,
    now: () => performance.now(),
    graceMs: 0,
    firstRetryMs: 1,
    candidates: () => [candidate(1), candidate(2), candidate(3)],
    onFound: resolve,
    ...options,
  });
  return { fetcher, found };
}

Deno.test("candidates are asked in turn until one tells", async () => {
  const asked: number[] = [];
  const { fetcher, found } = fetcherOf({
    fetch: (_hash, { port }) => {
      asked.push(port);
      return port === 3 ? Promise.resolve(info) : Promise.reject(new ProtocolError("timeout", "silent"));
    },
  });
  await using _scope = fetcher;
  fetcher.want(info.infoHash);
  fetcher.want(info.infoHash);
  assert.equal((await found).infoHash, info.infoHash);
  assert.deepEqual(asked, [1, 2, 3]);
  assert.equal(fetcher.wantedCount, 0);
});

Deno.test("who gives another torrent is not believed; a hybrid is known by its other name", async () => {
  assert.ok(info.infoHashV2 !== undefined);
  const v2Name = truncateInfoHash(info.infoHashV2);
  const { fetcher, found } = fetcherOf({
    fetch: (_hash, { port }) => Promise.resolve(port === 2 ? info : sampleTorrent("another").info),
  });
  await using _scope = fetcher;
  fetcher.want(v2Name);
  assert.equal((await found).infoHash, info.infoHash);
});

Deno.test("when nobody tells it is tried again, with others first", async () => {
  const asked: number[] = [];
  const { fetcher, found } = fetcherOf({
    candidates: () => Array.from({ length: 6 }, (_, index) => candidate(index)),
    fetch: (_hash, { port }) => {
      asked.push(port);
      return asked.length === 5 ? Promise.resolve(info) : Promise.reject(new Deno.errors.ConnectionRefused("closed"));
    },
  });
  await using _scope = fetcher;
  fetcher.want(info.infoHash);
  await found;
  assert.deepEqual(asked, [0, 1, 2, 3, 4]);
});

Deno.test("nobody left to ask: it is forgotten", async () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const { fetcher } = fetcherOf({
    candidates: () => {
      resolve();
      return [];
    },
    fetch: () => Promise.reject(new TypeError("nobody is asked")),
  });
  await using _scope = fetcher;
  fetcher.want(info.infoHash);
  await asked;
  await Promise.resolve();
  assert.equal(fetcher.wantedCount, 0);
});

Deno.test("no more at once than the limit, and all end when the fetcher does", async () => {
  let runningCount = 0;
  const { promise: full, resolve } = Promise.withResolvers<void>();
  const { fetcher } = fetcherOf({
    fetch: (_hash, _endpoint, { signal }) => {
      runningCount++;
      assert.ok(runningCount <= MAX_FETCHES);
      if (runningCount === MAX_FETCHES) resolve();
      return new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
    },
  });
  for (let number = 0; number < 3 * MAX_FETCHES; number++) fetcher.want(hashOf(number));
  await full;
  await fetcher[Symbol.asyncDispose]();
  assert.equal(runningCount, MAX_FETCHES);
  assert.equal(fetcher.wantedCount, 0);
});

Deno.test("what became known within the time of grace is not asked for", async () => {
  const { promise: asked, resolve } = Promise.withResolvers<InfoHash>();
  const { fetcher } = fetcherOf({
    graceMs: 5,
    fetch: (hash) => {
      resolve(hash);
      return Promise.resolve(info);
    },
  });
  await using _scope = fetcher;
  fetcher.want(hashOf(1));
  fetcher.want(info.infoHash);
  fetcher.forget(hashOf(1));
  assert.equal(await asked, info.infoHash);
});

Deno.test("while torrents are put one after the other, those that are lacking wait", async () => {
  assert.equal(await askedAtMs({ graceMs: 20, toldAtMs: 15 }), 35);
});

Deno.test("nobody who puts one torrent after the other keeps those of others from being asked for", async () => {
  const fiveMinutes = 5 * 60_000;
  assert.equal(await askedAtMs({ graceMs: 1_000, toldAtMs: fiveMinutes - 5 }), fiveMinutes);
});

/** When a torrent is asked for that is wanted from 0 on, after another one was put. */
async function askedAtMs({ graceMs, toldAtMs }: { readonly graceMs: number; readonly toldAtMs: number }) {
  let nowMs = 0;
  let stepMs = 0;
  const { promise: askedAt, resolve } = Promise.withResolvers<number>();
  const { fetcher } = fetcherOf({
    graceMs,
    // Each look takes the clock on.
    now: () => nowMs += stepMs,
    fetch: () => {
      resolve(nowMs);
      return Promise.resolve(info);
    },
    candidates: () => [candidate(1)],
  });
  await using _scope = fetcher;
  fetcher.want(info.infoHash);
  fetcher.want(hashOf(1));
  nowMs = toldAtMs;
  fetcher.told(hashOf(1));
  stepMs = 5;
  return await askedAt;
}

function hashOf(number: number): InfoHash {
  return infoHash(new Uint8Array(20).fill(number));
}
