import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { decodeMetainfo, encodeMetainfo } from "./metainfo.ts";
import { choosePieceLength, createMetainfo, type FileHashes } from "./metainfo_create.ts";

const KIB = 1024;

/** Bytes that do not repeat with the piece or the block. */
function contentOf(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + seed + (index >> 8) * 13) % 251);
}

function hashesOf(content: Uint8Array, pieceLength: number): FileHashes {
  const digests = (algorithm: string, step: number, size: number) => {
    const all = new Uint8Array(Math.ceil(content.length / step) * size);
    for (let index = 0; index * step < content.length; index++) {
      const part = content.subarray(index * step, (index + 1) * step);
      all.set(createHash(algorithm).update(part).digest(), index * size);
    }
    return all;
  };
  const pieceHashes = digests("sha1", pieceLength, 20);
  return { length: content.length, pieceLength, pieceHashes, leaves: digests("sha256", 16 * KIB, 32) };
}

Deno.test("our hybrid has the info-hashes that libtorrent gives the same file", () => {
  // lt.create_torrent(files, 16384) of python3-libtorrent 2.0.8 over clip.bin with this content.
  const { info, pieceLayers } = createMetainfo("clip.bin", hashesOf(contentOf(100_000, 9), 16 * KIB));
  assert.equal(info.infoHash, "f1a526f817954edba93b047933b9e80d95929133");
  assert.equal(info.infoHashV2, "c370448a3d576cf197aa300c5a7633249001eb37178c5a6f086fff5381ee5ac0");
  assert.equal(info.version, "hybrid");
  assert.equal(pieceLayers.size, 1);
});

Deno.test("info-hashes stay what they are: lt.torrent_info reads these torrents with the same", () => {
  const known: readonly (readonly [string, number, string])[] = [
    ["one.bin", 1, "defc7101281603a098d732ff7732767aab1e7cd0"],
    ["p.bin", 512 * KIB, "097ba89b48c6b44bb2b0821f0126fc32ca68ed94"],
    ["p1.bin", 512 * KIB + 1, "309807eabb6a096a3255268818e2fee687c9c740"],
  ];
  for (const [name, length, hash] of known) {
    const { info, pieceLayers } = createMetainfo(name, hashesOf(contentOf(length, 1), 512 * KIB));
    assert.equal(info.infoHash, hash, name);
    assert.equal(pieceLayers.size, length > 512 * KIB ? 1 : 0, "only files longer than a piece have a layer");
  }
});

Deno.test("what we create reads back the same, with its trackers", () => {
  const trackers = [["http://a.test/announce"], ["udp://b.test:6969", "udp://c.test:6969"]];
  const metainfo = createMetainfo("ünï.mp4", hashesOf(contentOf(70_000, 3), 32 * KIB), { trackers });
  const bytes = encodeMetainfo(metainfo);
  assert.deepEqual(decodeMetainfo(bytes), metainfo);
  assert.deepEqual(encodeMetainfo(decodeMetainfo(bytes)), bytes);
  assert.deepEqual(metainfo.info.files.map(({ path }) => path), [["ünï.mp4"]]);
});

Deno.test("an empty file: no v1 pieces, no root, and no layer", () => {
  const metainfo = createMetainfo("empty.mp3", hashesOf(new Uint8Array(0), 512 * KIB));
  assert.equal(metainfo.info.geometry.pieceCount, 0);
  assert.equal(metainfo.info.pieceHashes?.length, 0);
  assert.equal(metainfo.info.files[0]?.piecesRoot, undefined);
  assert.deepEqual(decodeMetainfo(encodeMetainfo(metainfo)), metainfo);
});

Deno.test("the same name is the same torrent, however the file system composes its letters", () => {
  const hashes = hashesOf(contentOf(10, 0), 16 * KIB);
  assert.equal(createMetainfo("a\u0308.mp3", hashes).info.infoHash, createMetainfo("\u00e4.mp3", hashes).info.infoHash);
  assert.notEqual(createMetainfo("b.mp3", hashes).info.infoHash, createMetainfo("c.mp3", hashes).info.infoHash);
  assert.equal(createMetainfo("__proto__", hashes).info.name, "__proto__");
});

Deno.test("names and hashes that cannot be are the caller's fault", () => {
  const hashes = hashesOf(contentOf(40_000, 0), 16 * KIB);
  for (const name of ["", ".", "..", "a/b", "a\0"]) {
    assert.throws(() => createMetainfo(name, hashes), RangeError, JSON.stringify(name));
  }
  const wrong: readonly Partial<FileHashes>[] = [
    { length: -1 },
    { length: 0.5 },
    { length: 50_000 },
    { pieceLength: 24 * KIB },
    { pieceLength: 8 * KIB },
    { pieceHashes: new Uint8Array(20) },
    { leaves: new Uint8Array(32) },
  ];
  for (const change of wrong) {
    assert.throws(() => createMetainfo("a", { ...hashes, ...change }), RangeError, Object.keys(change).join());
  }
});

Deno.test("pieces are 512 KiB, doubled until 4,096 are enough, and never too long to be held", () => {
  const GIB = 1024 ** 3;
  assert.equal(choosePieceLength(0), 512 * KIB);
  assert.equal(choosePieceLength(2 * GIB), 512 * KIB);
  assert.equal(choosePieceLength(2 * GIB + 1), 1024 * KIB);
  assert.equal(choosePieceLength(8 * GIB), 2048 * KIB);
  assert.equal(choosePieceLength(1024 * GIB), 64 * 1024 * KIB);
});
