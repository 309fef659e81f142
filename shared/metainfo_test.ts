import assert from "node:assert/strict";
import fc from "fast-check";
import { bytesToKey } from "./bencode_text.ts";
import { type BencodeEncodable, encodeBencode } from "./bencode_writer.ts";
import { decodeInfo, decodeMetainfo, encodeMetainfo, MAX_METAINFO_LENGTH } from "./metainfo.ts";
import { MetainfoSyntaxError } from "./metainfo_fields.ts";

// Made with python3-libtorrent 2.0.8: lt.create_torrent(files, 16384, flags) of a folder "pack" with a.bin (40,000
// bytes), empty.txt (0), sub/b.bin (20,000) and z.bin (5); flags 0, v2_only, v1_only. The info-hashes below are those
// that lt.torrent_info gives for them.
const HYBRID = torrentOf([
  "ZDg6YW5ub3VuY2UyODpodHRwOi8vdHJhY2tlci50ZXN0L2Fubm91bmNlNDppbmZvZDk6ZmlsZSB0cmVlZDU6YS5iaW5kMDpkNjpsZW5ndGhpNDAw",
  "MDBlMTE6cGllY2VzIHJvb3QzMjoEOSS5fFaVwxwX8sNgZCeaozJB3PSNJHXVFYczj6neRWVlOTplbXB0eS50eHRkMDpkNjpsZW5ndGhpMGVlZTM6",
  "c3ViZDU6Yi5iaW5kMDpkNjpsZW5ndGhpMjAwMDBlMTE6cGllY2VzIHJvb3QzMjqwRIKKqsIWTDqHkr3w0sAC4JnoczBmnRgJmmYvgdE4OmVlZTU6",
  "ei5iaW5kMDpkNjpsZW5ndGhpNWUxMTpwaWVjZXMgcm9vdDMyOhiSavxLlQgSoCriOzYgchxaFFrW/Jvf1gYf6kX/K3osZWVlNTpmaWxlc2xkNjps",
  "ZW5ndGhpNDAwMDBlNDpwYXRobDU6YS5iaW5lZWQ0OmF0dHIxOnA2Omxlbmd0aGk5MTUyZTQ6cGF0aGw0Oi5wYWQ0OjkxNTJlZWQ2Omxlbmd0aGkw",
  "ZTQ6cGF0aGw5OmVtcHR5LnR4dGVlZDY6bGVuZ3RoaTIwMDAwZTQ6cGF0aGwzOnN1YjU6Yi5iaW5lZWQ0OmF0dHIxOnA2Omxlbmd0aGkxMjc2OGU0",
  "OnBhdGhsNDoucGFkNToxMjc2OGVlZDY6bGVuZ3RoaTVlNDpwYXRobDU6ei5iaW5lZWQ0OmF0dHIxOnA2Omxlbmd0aGkxNjM3OWU0OnBhdGhsNDou",
  "cGFkNToxNjM3OWVlZTEyOm1ldGEgdmVyc2lvbmkyZTQ6bmFtZTQ6cGFjazEyOnBpZWNlIGxlbmd0aGkxNjM4NGU2OnBpZWNlczEyMDprcCP+9cGl",
  "DRNszabR5+TmOHIgMxV8Bo5e1kZMoIqDRkdcmOgQLm06ySMQuKfu+GZ9Wp3Y/5CAIiwcoiFnNBgTnUFEBFxxR9QM3pFUYwltgdLXc3ZOaCwIRnFj",
  "7bj/JY3RJWBUq7WK/7qSjv00yUhRqOoHiY0zD7llMTI6cGllY2UgbGF5ZXJzZDMyOgQ5JLl8VpXDHBfyw2BkJ5qjMkHc9I0kddUVhzOPqd5FOTY6",
  "ZyUqv4veiGQCmv4mlYC4wTfQ0ivX4g4wQlmAOxeW+mEL5zi4+CLyO7gKCIKMr/WuQL7QEdwaP9RIRZZ+hKXRGQZSZzLwaPMBvS6u8kFSJLjMnTQJ",
  "vAXFJBg8sQ+5vUNMMzI6sESCiqrCFkw6h5K98NLAAuCZ6HMwZp0YCZpmL4HRODo2NDpEEVoYu3wr28+SJ9eidTGjXEOSw5xZ5xr2hp4aPFh35zHJ",
  "BD3uglUgQQiEftyU3er+6Iy1FKO5TG5ZHLTtTCGDZWU=",
]);
const V2_ONLY = torrentOf([
  "ZDg6YW5ub3VuY2UyODpodHRwOi8vdHJhY2tlci50ZXN0L2Fubm91bmNlNDppbmZvZDk6ZmlsZSB0cmVlZDU6YS5iaW5kMDpkNjpsZW5ndGhpNDAw",
  "MDBlMTE6cGllY2VzIHJvb3QzMjoEOSS5fFaVwxwX8sNgZCeaozJB3PSNJHXVFYczj6neRWVlOTplbXB0eS50eHRkMDpkNjpsZW5ndGhpMGVlZTM6",
  "c3ViZDU6Yi5iaW5kMDpkNjpsZW5ndGhpMjAwMDBlMTE6cGllY2VzIHJvb3QzMjqwRIKKqsIWTDqHkr3w0sAC4JnoczBmnRgJmmYvgdE4OmVlZTU6",
  "ei5iaW5kMDpkNjpsZW5ndGhpNWUxMTpwaWVjZXMgcm9vdDMyOhiSavxLlQgSoCriOzYgchxaFFrW/Jvf1gYf6kX/K3osZWVlMTI6bWV0YSB2ZXJz",
  "aW9uaTJlNDpuYW1lNDpwYWNrMTI6cGllY2UgbGVuZ3RoaTE2Mzg0ZWUxMjpwaWVjZSBsYXllcnNkMzI6BDkkuXxWlcMcF/LDYGQnmqMyQdz0jSR1",
  "1RWHM4+p3kU5NjpnJSq/i96IZAKa/iaVgLjBN9DSK9fiDjBCWYA7F5b6YQvnOLj4IvI7uAoIgoyv9a5AvtAR3Bo/1EhFln6EpdEZBlJnMvBo8wG9",
  "Lq7yQVIkuMydNAm8BcUkGDyxD7m9Q0wzMjqwRIKKqsIWTDqHkr3w0sAC4JnoczBmnRgJmmYvgdE4OjY0OkQRWhi7fCvbz5In16J1MaNcQ5LDnFnn",
  "GvaGnho8WHfnMckEPe6CVSBBCIR+3JTd6v7ojLUUo7lMblkctO1MIYNlZQ==",
]);
const V1_ONLY = torrentOf([
  "ZDg6YW5ub3VuY2UyODpodHRwOi8vdHJhY2tlci50ZXN0L2Fubm91bmNlNDppbmZvZDU6ZmlsZXNsZDY6bGVuZ3RoaTQwMDAwZTQ6cGF0aGw1OmEu",
  "YmluZWVkNjpsZW5ndGhpNWU0OnBhdGhsNTp6LmJpbmVlZDY6bGVuZ3RoaTBlNDpwYXRobDk6ZW1wdHkudHh0ZWVkNjpsZW5ndGhpMjAwMDBlNDpw",
  "YXRobDM6c3ViNTpiLmJpbmVlZTQ6bmFtZTQ6cGFjazEyOnBpZWNlIGxlbmd0aGkxNjM4NGU2OnBpZWNlczgwOmtwI/71waUNE2zNptHn5OY4ciAz",
  "FXwGjl7WRkygioNGR1yY6BAubTpybL9yp9kGuMl5oThLW03L6oEVZSuso8knLfGwNgEI2B7AJiEHVuJFZWU=",
]);

function torrentOf(base64: readonly string[]): Uint8Array {
  return Uint8Array.fromBase64(base64.join(""));
}

function layoutOf(bytes: Uint8Array): readonly string[] {
  return decodeMetainfo(bytes).info.files.map(({ path, length, offset, isPad }) =>
    `${path.join("/")} ${length}@${offset}${isPad ? " pad" : ""}`
  );
}

Deno.test("a hybrid of libtorrent: both hashes, pads in the list, roots on its files", () => {
  const { info, pieceLayers, trackers } = decodeMetainfo(HYBRID);
  assert.equal(info.version, "hybrid");
  assert.equal(info.infoHash, "b7f9dfb371e2a6d8a0c11d32ca2eae0afbac2d0c");
  assert.equal(info.infoHashV2, "d5437110b3928ea6a8d33e24c51f5e607bf2f7ec7d7cfdd08d9cf8f1e599ff04");
  assert.deepEqual(layoutOf(HYBRID), [
    "pack/a.bin 40000@0",
    "pack/.pad/9152 9152@40000 pad",
    "pack/empty.txt 0@49152",
    "pack/sub/b.bin 20000@49152",
    "pack/.pad/12768 12768@69152 pad",
    "pack/z.bin 5@81920",
    "pack/.pad/16379 16379@81925 pad",
  ]);
  assert.equal(info.geometry.pieceCount, 6);
  assert.equal(info.geometry.contentLength, 60_005);
  assert.equal(info.pieceHashes?.length, 120);
  assert.deepEqual(info.files.map(({ piecesRoot }) => piecesRoot?.length), [
    32,
    undefined,
    undefined,
    32,
    undefined,
    32,
    undefined,
  ]);
  assert.equal(pieceLayers.size, 2, "z.bin is a single piece: its root is all");
  assert.deepEqual(trackers, [["http://tracker.test/announce"]]);
});

Deno.test("v2 only: the hash is cut to 20 bytes on the wire, files start with a piece, last pieces are short", () => {
  const { info } = decodeMetainfo(V2_ONLY);
  assert.equal(info.version, "v2");
  assert.equal(info.infoHashV2, "532eaa25ff73c78cab0d15b0b4c81b5f698f33bda9b24871e1c86bc323924cba");
  assert.equal(info.infoHash, "532eaa25ff73c78cab0d15b0b4c81b5f698f33bd");
  assert.deepEqual(layoutOf(V2_ONLY), [
    "pack/a.bin 40000@0",
    "pack/empty.txt 0@40000",
    "pack/sub/b.bin 20000@49152",
    "pack/z.bin 5@81920",
  ]);
  const sizes = Array.from({ length: info.geometry.pieceCount }, (_, piece) => info.geometry.pieceSize(piece));
  assert.deepEqual(sizes, [16_384, 16_384, 7_232, 16_384, 3_616, 5]);
  assert.equal(info.pieceHashes, undefined);
});

Deno.test("v1 only: files touch", () => {
  const { info, pieceLayers } = decodeMetainfo(V1_ONLY);
  assert.equal(info.version, "v1");
  assert.equal(info.infoHash, "f43b1315128e7c365ba1538ae319bcccfa735eeb");
  assert.equal(info.infoHashV2, undefined);
  assert.deepEqual(layoutOf(V1_ONLY), [
    "pack/a.bin 40000@0",
    "pack/z.bin 5@40000",
    "pack/empty.txt 0@40005",
    "pack/sub/b.bin 20000@40005",
  ]);
  assert.equal(pieceLayers.size, 0);
});

Deno.test("what was read is written back byte for byte, and the info dictionary alone reads the same", () => {
  for (const torrent of [HYBRID, V2_ONLY, V1_ONLY]) {
    const metainfo = decodeMetainfo(torrent);
    assert.deepEqual(encodeMetainfo(metainfo), torrent);
    assert.deepEqual(decodeInfo(metainfo.info.infoBytes), metainfo.info);
  }
});

/** The info dictionary of a v1 torrent of one file of 5 bytes, changed. */
function v1Info(changes: Record<string, BencodeEncodable | undefined> = {}): Uint8Array {
  const info = { length: 5, name: "a", "piece length": 16_384, pieces: new Uint8Array(20), ...changes };
  return encodeBencode(info);
}

function v2Info(tree: BencodeEncodable, changes: Record<string, BencodeEncodable | undefined> = {}): Uint8Array {
  return encodeBencode({ "file tree": tree, "meta version": 2, name: "a", "piece length": 16_384, ...changes });
}

const ROOT = new Uint8Array(32).fill(7);
const FILE = { "": { length: 5, "pieces root": ROOT } };

Deno.test("a torrent of one file has its name as its path, a folder has it in front", () => {
  const pathsOf = (info: Uint8Array) => decodeInfo(info).files.map(({ path }) => path.join("/"));
  assert.deepEqual(pathsOf(v1Info()), ["a"]);
  const files = [{ length: 5, path: ["a"] }];
  assert.deepEqual(pathsOf(v1Info({ length: undefined, files })), ["a/a"]);
  assert.deepEqual(pathsOf(v2Info({ a: FILE })), ["a"]);
  assert.deepEqual(pathsOf(v2Info({ b: FILE })), ["a/b"]);
  assert.deepEqual(pathsOf(v2Info({ b: { c: FILE }, d: FILE })), ["a/b/c", "a/d"]);
  const hybrid = { pieces: new Uint8Array(20), length: 5 };
  assert.deepEqual(pathsOf(v2Info({ a: FILE }, hybrid)), ["a"]);
  assert.deepEqual(pathsOf(v2Info({ a: FILE }, { pieces: new Uint8Array(20), files })), ["a/a"], "v1 has a folder");
});

Deno.test("attributes, links and names as others write them (BEP 47)", () => {
  const { files } = decodeInfo(v1Info({
    length: undefined,
    files: [
      { length: 5, path: ["run"], attr: "xh" },
      { length: 7, attr: "p" },
      { length: 9, path: ["link"], attr: "l", "symlink path": ["run"] },
      { length: 0, path: ["bad"], "path.utf-8": ["gut", "ä"] },
    ],
  }));
  assert.deepEqual(files.map(({ path, length }) => `${path.join("/")} ${length}`), [
    "a/run 5",
    "a/.pad/7 7",
    "a/link 0",
    "a/gut/ä 0",
  ]);
  assert.ok(files[0]?.isExecutable && files[0].isHidden && files[1]?.isPad);
  assert.equal(decodeInfo(v1Info({ "name.utf-8": "ü" })).name, "ü");
  assert.equal(decodeInfo(v1Info({ private: 1 })).isPrivate, true);
  assert.equal(decodeInfo(v1Info()).isPrivate, false);
});

Deno.test("an empty file is a torrent: of no pieces, in each format", () => {
  const none = { length: 0, pieces: new Uint8Array(0) };
  const empty = { a: { "": { length: 0 } } };
  for (const info of [v1Info(none), v2Info(empty), v2Info(empty, none)]) {
    const { geometry, files } = decodeInfo(info);
    assert.equal(geometry.pieceCount, 0);
    assert.equal(files.length, 1);
    assert.equal(files[0]?.piecesRoot, undefined);
  }
});

Deno.test("an info dictionary that lies or is malformed is refused", () => {
  const hybrid = (changes: Record<string, BencodeEncodable | undefined>) =>
    v2Info({ a: FILE }, { length: 5, pieces: new Uint8Array(20), ...changes });
  const file = (length: BencodeEncodable | undefined, root?: Uint8Array) => ({
    a: { "": { length, "pieces root": root } },
  });
  const wrong: Record<string, Uint8Array> = {
    "no dictionary": encodeBencode([]),
    "no bencode": Uint8Array.of(1, 2, 3),
    "nothing": new Uint8Array(0),
    "no name": v1Info({ name: undefined }),
    "no piece length": v1Info({ "piece length": undefined }),
    "piece length 0": v1Info({ "piece length": 0 }),
    "huge piece length": v1Info({ "piece length": 2 ** 31 }),
    "no length": v1Info({ length: undefined }),
    "negative length": v1Info({ length: -5 }),
    "length beyond numbers": v1Info({ length: 2n ** 63n }),
    "more length than hashes": v1Info({ length: 16_385 }),
    "less length than hashes": v1Info({ length: 0 }),
    "pieces not of 20": v1Info({ pieces: new Uint8Array(21) }),
    "no pieces": v1Info({ pieces: undefined }),
    "no files": v1Info({ length: undefined, files: [] }),
    "file without path": v1Info({ length: undefined, files: [{ length: 5, path: [] }] }),
    "path of numbers": v1Info({ length: undefined, files: [{ length: 5, path: [1] }] }),
    "lengths that overflow": v1Info({
      length: undefined,
      files: [{ length: Number.MAX_SAFE_INTEGER, path: ["x"] }, { length: 1, path: ["y"] }],
    }),
    "a version to come": v2Info({ a: FILE }, { "meta version": 3 }),
    "v2 piece length of 48 KiB": v2Info({ a: FILE }, { "piece length": 49_152 }),
    "v2 piece length of 8 KiB": v2Info({ a: FILE }, { "piece length": 8_192 }),
    "empty tree": v2Info({}),
    "tree that is a file": v2Info(FILE),
    "file and folder at once": v2Info({ a: { ...FILE, b: FILE } }),
    "tree of lists": v2Info({ a: [] }),
    "file without length": v2Info(file(undefined, ROOT)),
    "file without root": v2Info(file(5)),
    "root of 31 bytes": v2Info(file(5, new Uint8Array(31))),
    "pieces without number": v2Info(file(2 ** 52, ROOT)),
    "hybrid of two lengths": hybrid({ length: 6 }),
    "hybrid of two names": v2Info({ b: FILE }, { length: 5, pieces: new Uint8Array(20) }),
    "hybrid with fewer v2 files": hybrid({
      length: undefined,
      files: [{ length: 5, path: ["a"] }, { length: 0, path: ["b"] }],
    }),
    "hybrid with more v2 files": v2Info({ a: FILE, b: { "": { length: 0 } } }, {
      length: 5,
      pieces: new Uint8Array(20),
    }),
    "hybrid out of alignment": v2Info({ a: FILE, b: FILE }, {
      pieces: new Uint8Array(20),
      files: [{ length: 5, path: ["a"] }, { length: 5, path: ["b"] }],
    }),
  };
  for (const [what, info] of Object.entries(wrong)) {
    assert.throws(() => decodeInfo(info), MetainfoSyntaxError, what);
  }
});

Deno.test("a fault is told with its place in the whole file", () => {
  const torrent = encodeBencode({ announce: "http://t/", info: decodable({ pieces: new Uint8Array(3) }) });
  assert.throws(() => decodeMetainfo(torrent), (error: unknown) => {
    assert.ok(error instanceof MetainfoSyntaxError);
    assert.match(error.message, /"pieces" has 3 bytes/);
    assert.equal(bytesToKey(torrent.subarray(error.offset, error.offset + 2)), "3:");
    return true;
  });
});

function decodable(changes: Record<string, BencodeEncodable>): BencodeEncodable {
  return { length: 5, name: "a", "piece length": 16_384, pieces: new Uint8Array(20), ...changes };
}

Deno.test("torrent files that are none, are too long, or lie about their layers", () => {
  assert.throws(() => decodeMetainfo(encodeBencode("x")), MetainfoSyntaxError);
  assert.throws(() => decodeMetainfo(encodeBencode({})), MetainfoSyntaxError);
  assert.throws(() => decodeMetainfo(new TextEncoder().encode("<html>")), MetainfoSyntaxError);
  assert.throws(() => decodeMetainfo(new Uint8Array(MAX_METAINFO_LENGTH + 1)), MetainfoSyntaxError);
  const { pieceLayers } = decodeMetainfo(V2_ONLY);
  const layer = pieceLayers.values().next().value;
  assert.ok(layer);
  const start = layer.byteOffset - V2_ONLY.byteOffset;
  const flipped = V2_ONLY.slice();
  flipped[start] = (V2_ONLY[start] ?? 0) ^ 1;
  assert.throws(() => decodeMetainfo(flipped), /do not lead to their root/);
});

Deno.test("layers that are missing, not asked for, or of the wrong size", () => {
  const metainfo = decodeMetainfo(V2_ONLY);
  const without = encodeMetainfo({ ...metainfo, pieceLayers: new Map() });
  assert.equal(decodeMetainfo(without).pieceLayers.size, 0);
  const more = encodeMetainfo({ ...metainfo, pieceLayers: new Map([...metainfo.pieceLayers, [ROOT.toHex(), ROOT]]) });
  assert.equal(decodeMetainfo(more).pieceLayers.size, 2);
  const short = new Map(Array.from(metainfo.pieceLayers, ([root, layer]) => [root, layer.subarray(32)]));
  assert.throws(() => decodeMetainfo(encodeMetainfo({ ...metainfo, pieceLayers: short })), MetainfoSyntaxError);
});

Deno.test("trackers: tiers before the single one, odd entries passed over, a line break at the end forgiven", () => {
  const info = decodable({});
  const trackersOf = (fields: Record<string, BencodeEncodable>) =>
    decodeMetainfo(encodeBencode({ ...fields, info })).trackers;
  assert.deepEqual(trackersOf({}), []);
  assert.deepEqual(trackersOf({ announce: "" }), []);
  assert.deepEqual(trackersOf({ announce: "udp://a" }), [["udp://a"]]);
  const tiers = [["udp://a", " http://b "], [], "udp://c", [1]];
  assert.deepEqual(trackersOf({ announce: "udp://x", "announce-list": tiers }), [["udp://a", "http://b"], ["udp://c"]]);
  const many = Array.from({ length: 1_000 }, (_, index) => [`udp://${index}`, "udp://again"]);
  assert.equal(trackersOf({ "announce-list": many }).flat().length, 200);
  const torrent = encodeBencode({ info });
  assert.deepEqual(
    decodeMetainfo(Uint8Array.of(...torrent, 0x0d, 0x0a)).info.infoHash,
    decodeMetainfo(torrent).info.infoHash,
  );
});

Deno.test("property: a damaged torrent is refused as one, or is read whole", () => {
  const damage = fc.record({
    torrent: fc.constantFrom(HYBRID, V2_ONLY, V1_ONLY),
    changes: fc.array(
      fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(...new TextEncoder().encode("delis0123456789:")))),
      {
        minLength: 1,
        maxLength: 3,
      },
    ),
  });
  fc.assert(
    fc.property(damage, ({ torrent, changes }) => {
      const bytes = torrent.slice();
      for (const [place, value] of changes) bytes[place % bytes.length] = value;
      try {
        const { info } = decodeMetainfo(bytes);
        const lengths = info.files.filter(({ isPad }) => !isPad).reduce((sum, { length }) => sum + length, 0);
        assert.equal(info.geometry.contentLength, lengths);
      } catch (error) {
        if (!(error instanceof MetainfoSyntaxError)) throw error;
      }
    }),
    { seed: 20_268, numRuns: 3_000 },
  );
});
