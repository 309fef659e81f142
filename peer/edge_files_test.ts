import assert from "node:assert/strict";
import { Bitfield } from "../shared/bitfield.ts";
import { edgeFiles } from "./edge_files.ts";
import { testTorrent } from "./storage/test_torrent.ts";

/** Pieces of 64 KiB: the first two files share one, the second and the third too, and the fourth lies within one. */
const LENGTHS = [100_000, 250_000, 200_000, 100, 300_000];

/** The paths of edges when these files are chosen, and these pieces and these whole files are there. */
function edges(options: { chosen: readonly number[]; pieces: readonly number[]; whole: readonly number[] }) {
  const { info } = testTorrent({ version: "v1", lengths: LENGTHS });
  const verified = new Bitfield(info.geometry.pieceCount);
  for (const piece of options.pieces) verified.set(piece);
  const layout = edgeFiles({
    info,
    layout: { folder: "/to", rootName: "t", paths: LENGTHS.map((_, file) => `/to/t/${file}`) },
    isWanted: (file) => options.chosen.includes(file),
    storage: { verified, fileVerifiedBytes: (file) => options.whole.includes(file) ? LENGTHS[file] ?? 0 : 1 },
  });
  return layout?.paths.flatMap((path) => path ?? []);
}

Deno.test("files of which only ends came with the chosen ones are edges", () => {
  assert.deepEqual(edges({ chosen: [0], pieces: [0, 1], whole: [0] }), ["/to/t/1", "/to/t/2", "/to/t/3", "/to/t/4"]);
});

Deno.test("what is whole, or was fetched for itself, is none", () => {
  assert.deepEqual(edges({ chosen: [2], pieces: [5, 6, 7, 8], whole: [2, 3] }), ["/to/t/0", "/to/t/1", "/to/t/4"]);
  assert.deepEqual(edges({ chosen: [0], pieces: [0, 1, 3], whole: [0] }), ["/to/t/2", "/to/t/3", "/to/t/4"]);
  assert.equal(edges({ chosen: [0, 1, 2, 3, 4], pieces: [], whole: [] }), undefined);
});
