import assert from "node:assert/strict";
import { testTorrent } from "./storage/test_torrent.ts";
import { wantedPieces } from "./wanted_pieces.ts";

Deno.test("the pieces of some files, shared ones too; files that are not there are passed over", () => {
  const { info } = testTorrent({ version: "v1", lengths: [100_000, 100_000, 50_000], pieceLength: 65_536 });
  assert.deepEqual([...wantedPieces(info, [0]).indices()], [0, 1]);
  assert.deepEqual([...wantedPieces(info, [1]).indices()], [1, 2, 3]);
  assert.deepEqual([...wantedPieces(info, [2, 0]).indices()], [0, 1, 3]);
  assert.deepEqual([...wantedPieces(info, [7]).indices()], []);
});
