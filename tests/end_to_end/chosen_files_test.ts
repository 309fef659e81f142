/**
 * `peer download --files`: some files of a torrent, as the processes see it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { decodeMetainfo } from "../../shared/metainfo.ts";
import { craftFolder } from "../faults/crafted_torrent.ts";
import { assertFile, assertSentence, type Stage, stageTest } from "../faults/stage.ts";
import { seededBytes } from "../seeded_bytes.ts";

const PIECE_LENGTH = 32_768;

/** No file begins where a piece does: each shares pieces with its neighbours. */
const FILES = ["one.flac", "two.flac", "three.flac", "four.flac", "five.flac"].map((name, index) => ({
  path: [name],
  content: seededBytes(61 + index, 100_000 + index),
}));

stageTest("peer download --files fetches those files and no others", async (stage) => {
  const { torrent, magnet, peer } = await seeder(stage);
  const attempts: readonly (readonly [string, string, readonly number[]])[] = [
    [torrent, "0,2-3", [0, 2, 3]],
    [magnet, "4", [4]],
  ];
  for (const [source, selection, indices] of attempts) {
    const to = await stage.folder.folder(`to-${selection}`);
    const ended = await stage.run("peer", [
      ...["download", source, "--files", selection, "--peer", peer, "--to", to, "--host", "127.0.0.1", "--no-lan"],
    ]);
    assertSentence(ended, 0, new RegExp(`^album: ${indices.length}00 kB, verified$`));
    const chosen = FILES.filter((_, index) => indices.includes(index));
    assert.deepEqual(await entries(to), ["album"]);
    assert.deepEqual(await entries(`${to}/album`), chosen.map(({ path: [name] }) => name).sort());
    for (const { path: [name], content } of chosen) await assertFile(`${to}/album/${name}`, content);
  }
});

stageTest("a selection that is none, or of files that are not there, is refused with 2", async (stage) => {
  const { torrent, magnet, peer } = await seeder(stage);
  const to = `${stage.folder.path}/to`;
  const missing = /^peer: --files: album has no file 5; its files are 0 to 4/;
  const attempts: readonly (readonly [readonly string[], RegExp])[] = [
    [[torrent, "--files", "2-1"], /^peer: --files: "2-1" selects no files/],
    [[torrent, "--files", "all"], /^peer: --files: "all" selects no files/],
    [[torrent, "--files", ""], /^peer: .*--files/],
    [[torrent, torrent, "--files", "0"], /^peer: --files chooses of one torrent; give one source/],
    [[torrent, "--files", "0,5"], missing],
    [[magnet, "--files", "0,5", "--peer", peer], missing],
  ];
  for (const [line, pattern] of attempts) {
    const ended = await stage.run("peer", ["download", ...line, "--to", to, "--host", "127.0.0.1", "--no-lan"]);
    assertSentence(ended, 2, pattern);
  }
});

/** Somebody who has the whole album. */
async function seeder(stage: Stage) {
  const bytes = craftFolder(FILES, { name: "album", pieceLength: PIECE_LENGTH });
  for (const { path, content } of FILES) await stage.write("all/album", path[0] ?? "", content);
  const torrent = `${await stage.write("torrents", "album.torrent", bytes)}/album.torrent`;
  const seeding = stage.download("all", [torrent, "--seed", "--port", "0"]);
  await seeding.line(/^Seeding on port/);
  const [, port] = await seeding.line(/port ([0-9]+)/);
  return { torrent, magnet: `magnet:?xt=urn:btih:${decodeMetainfo(bytes).info.infoHash}`, peer: `127.0.0.1:${port}` };
}

async function entries(folder: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}
