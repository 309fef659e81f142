import assert from "node:assert/strict";
import { Bitfield } from "../../shared/bitfield.ts";
import { Sha1Proof } from "./sha1_proof.ts";
import { download, StorageBench, testTorrent } from "./test_torrent.ts";

const hybrid = testTorrent({ version: "hybrid", lengths: [300_000] });
const { pieceCount } = hybrid.info.geometry;

/** The torrent with a SHA-1 that no bytes have. */
function contradicted(piece: number): typeof hybrid {
  const pieceHashes = hybrid.info.pieceHashes?.slice() ?? new Uint8Array();
  pieceHashes.fill(1, piece * 20, piece * 20 + 20);
  return { ...hybrid, info: { ...hybrid.info, pieceHashes } };
}

Deno.test("a hybrid is judged by SHA-256 alone until SHA-1 is needed, v1 always by SHA-1", async () => {
  const asked: string[] = [];
  const options = {
    settle: () => Promise.resolve(asked.push("settle")).then(() => {}),
    check: (pieces: readonly number[], by: string) => {
      asked.push(`${by}: ${pieces.join()}`);
      return Promise.resolve(pieces.map(() => true));
    },
    onContradiction: () => assert.fail("there is none"),
  };
  const proof = new Sha1Proof({ info: hybrid.info, ...options });
  assert.equal(proof.judges({ hasTree: true }), false);
  assert.equal(proof.judges({ hasTree: false }), true, "without its layer a piece has nothing but SHA-1");
  proof.verified(1, "unknown");
  proof.verified(3, "right");
  assert.equal(await proof.prove(), true);
  assert.deepEqual(asked.splice(0), ["settle", "sha1: 1", "sha256: "]);
  assert.equal(proof.judges({ hasTree: true }), true);
  assert.equal(await proof.prove(), true);
  assert.deepEqual(asked, [], "what is proven is not proven again");

  const v1 = new Sha1Proof({ info: testTorrent({ version: "v1", lengths: [1000] }).info, ...options });
  assert.equal(v1.judges({ hasTree: false }), true);
  v1.believe(Bitfield.full(1));
  assert.equal(await v1.prove(), true);
  assert.deepEqual(asked, []);
});

Deno.test("pieces that were verified by SHA-256 alone, or are being judged so, are proven before SHA-1 is promised", async () => {
  await using bench = new StorageBench();
  const storage = await bench.open(hybrid);
  for (const block of hybrid.blocks) storage.writeBlock(block, hybrid.bytes(block));
  assert.ok(storage.verified.count < pieceCount, "a worker has them");
  assert.equal(await storage.proveSha1(), true);
  assert.ok(storage.verified.isComplete);
  assert.deepEqual(bench.events.filter(({ type }) => type === "contradicted"), []);
});

Deno.test("a torrent that contradicts itself goes on as v2, and says so before the piece is told", async () => {
  const torrent = contradicted(2);
  await using bench = new StorageBench();
  const storage = await bench.open(torrent);
  assert.equal(await storage.proveSha1(), true, "nothing is verified yet");
  await download(storage, torrent);
  assert.ok(storage.verified.isComplete);
  assert.equal(storage.isContradicted, true);
  assert.equal(await storage.proveSha1(), false);
  const news = bench.events.flatMap((event) =>
    event.type === "contradicted" || event.type === "piece-verified" ? [`${event.type} ${event.piece}`] : []
  );
  assert.equal(news.indexOf("contradicted 2") + 1, news.indexOf("piece-verified 2"));
  assert.equal(news.filter((line) => line.startsWith("contradicted")).length, 1);
});

Deno.test("a contradiction is found when what is verified already is proven", async () => {
  const torrent = contradicted(0);
  await using bench = new StorageBench();
  const storage = await bench.open(torrent);
  await download(storage, torrent);
  assert.ok(storage.verified.isComplete);
  assert.equal(storage.isContradicted, false);
  assert.equal(await storage.proveSha1(), false);
  assert.equal((await bench.until("contradicted")).piece, 0);
  assert.ok(storage.verified.isComplete, "v2 goes on");
});

Deno.test("a finished download is proven anew after a restart, a share is not; a file that changed proves nothing", async () => {
  await using bench = new StorageBench();
  const first = await bench.open(hybrid);
  await download(first, hybrid);
  const record = bench.saved.at(-1);
  assert.ok(record);
  const path = bench.path("0.bin");
  await Deno.utime(path, 1, 1);
  const stamps = [{ ...record.stamps?.[0], modifiedAtMs: 1000 }].flatMap(({ length, modifiedAtMs, inode }) =>
    length === undefined || inode === undefined ? [] : [{ length, modifiedAtMs, inode }]
  );
  const again = await bench.open(hybrid, { record: { ...record, stamps } });
  assert.ok(again.verified.isComplete, "it is believed");
  const file = await Deno.open(path, { write: true });
  await file.write(new Uint8Array(1000));
  file.close();
  assert.equal(await again.proveSha1(), false);
  assert.equal(again.isContradicted, false, "it is the file that is wrong, not the torrent");

  const share = await bench.open(hybrid, { record, isReadOnly: true });
  assert.equal(await share.proveSha1(), true, "its hashes were made here");
});
