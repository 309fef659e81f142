import assert from "node:assert/strict";
import type { Info } from "../shared/metainfo.ts";
import { METADATA_PIECE_LENGTH, type MetadataMessage } from "../shared/wire/metadata_message.ts";
import { sampleFolderTorrent } from "../tracker/sample_torrent.ts";
import { MetadataExchange } from "./metadata_exchange.ts";

// Long enough for two pieces of metadata.
const { info } = sampleFolderTorrent("ours", { "film.mp4": 1_000_000_000 });
const other = sampleFolderTorrent("theirs", { "film.mp4": 1_000_000_000 }).info;
const OURS = 1;
const THEIRS = 2;
const now = 0;

interface End {
  readonly exchange: MetadataExchange;
  readonly got: Info[];
  readonly liars: string[];
  readonly sent: MetadataMessage[];
}

/** An end whose messages wait in `sent`. */
function end(): End {
  const got: Info[] = [];
  const liars: string[] = [];
  const sent: MetadataMessage[] = [];
  const exchange = new MetadataExchange({
    infoHash: info.infoHash,
    send: (_peer, message) => sent.push(message),
    onInfo: (found) => got.push(found),
    onLiar: (_peer, reason) => liars.push(reason),
  });
  return { exchange, got, liars, sent };
}

/** Carries messages to and fro until none is left. */
function converse(near: End, far: End): void {
  while (near.sent.length + far.sent.length > 0) {
    for (const message of near.sent.splice(0)) far.exchange.receive(OURS, { message, now });
    for (const message of far.sent.splice(0)) near.exchange.receive(THEIRS, { message, now });
  }
}

Deno.test("who lacks the metadata takes them from who has them, piece by piece", () => {
  assert.ok(info.infoBytes.length > METADATA_PIECE_LENGTH);
  const [near, far] = [end(), end()];
  far.exchange.provide(info);
  near.exchange.offer(THEIRS, { metadataLength: info.infoBytes.length, now });
  converse(near, far);
  assert.deepEqual(near.got.map((found) => found.infoHash), [info.infoHash]);
  assert.deepEqual(near.liars, []);
  // And gives them on from there, without asking anybody else.
  near.exchange.offer(3, { metadataLength: info.infoBytes.length, now });
  near.exchange.receive(3, { message: { type: "request", piece: 0 }, now });
  assert.deepEqual(near.sent.map((message) => message.type), ["data"]);
});

Deno.test("who has nothing, or is asked for what there is not, rejects", () => {
  const near = end();
  near.exchange.receive(THEIRS, { message: { type: "request", piece: 0 }, now });
  near.exchange.provide(info);
  near.exchange.receive(THEIRS, { message: { type: "request", piece: 999 }, now });
  assert.deepEqual(near.sent, [{ type: "reject", piece: 0 }, { type: "reject", piece: 999 }]);
});

Deno.test("metadata of another torrent are not believed, and their sender is named", () => {
  const [near, far] = [end(), end()];
  far.exchange.provide(other);
  near.exchange.offer(THEIRS, { metadataLength: other.infoBytes.length, now });
  converse(near, far);
  assert.deepEqual(near.got, []);
  assert.equal(near.liars.length, 1);
});

Deno.test("a peer that leaves is not waited for: the next is asked", () => {
  const [near, far] = [end(), end()];
  far.exchange.provide(info);
  near.exchange.offer(9, { metadataLength: info.infoBytes.length, now });
  near.sent.length = 0;
  near.exchange.forget(9, { now });
  near.exchange.offer(THEIRS, { metadataLength: info.infoBytes.length, now });
  converse(near, far);
  assert.equal(near.got.length, 1);
});

Deno.test("one peer is not given the dictionary again and again (BEP 9), others and later ones are", () => {
  const near = end();
  near.exchange.provide(info);
  const pieceCount = Math.ceil(info.infoBytes.length / METADATA_PIECE_LENGTH);
  const ask = (peer: number) => near.exchange.receive(peer, { message: { type: "request", piece: 0 }, now });
  for (let count = 0; count < 4 * pieceCount; count++) ask(THEIRS);
  assert.ok(near.sent.splice(0).every((message) => message.type === "data"));
  ask(THEIRS);
  ask(9);
  near.exchange.forget(THEIRS, { now });
  ask(THEIRS);
  assert.deepEqual(near.sent.map(({ type }) => type), ["reject", "data", "data"]);
});
