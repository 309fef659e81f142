import assert from "node:assert/strict";
import type { TorrentState } from "../../shared/dashboard_views.ts";
import { decodeMetainfo } from "../../shared/metainfo.ts";
import type { PeerProgram } from "../end_to_end/community.ts";
import { type CraftedFile, craftFile, craftFolder, joined } from "./crafted_torrent.ts";
import { RawSeeder } from "./raw_seeder.ts";
import { seededBytes } from "../seeded_bytes.ts";
import { assertFile, KIB, PATIENCE_MS, postTorrent, type Stage, stageTest, type StageTracker } from "./stage.ts";

/** Paths that no disk should see as they are. */
const PATHS: readonly (readonly string[])[] = [
  ["..", "..", "..", "escaped.mp4"],
  ["../../escaped.mp4"],
  ["/etc/escaped.mp4"],
  ["..\\..\\escaped.mp4"],
  ["C:\\escaped.mp4"],
  [".", "dot.mp4"],
  ["con"],
  ["NUL.mp4"],
  ["com1.tar.gz"],
  ["line\nbreak\u0000\u001b[31m\u007f.mp4"],
  ["\u202egpj.exe"],
  ["trailing. . ."],
  ['<>:"|?*'],
  [`${"ü".repeat(300)}.mp4`],
  [...Array.from({ length: 40 }, () => "n".repeat(255)), "deep.mp4"],
  ["same", "name.mp4"],
  ["SAME", "Name.mp4"],
  ["same", "name.mp4:2"],
  ["empty", "nothing.mp4"],
];

stageTest("names of strangers are made safe, never outside the folder", async (stage) => {
  const files = PATHS.map((path, index): CraftedFile => ({
    path,
    content: seededBytes(index + 1, path[0] === "empty" ? 0 : 3_000 + 100 * index),
  }));
  const torrent = craftFolder(files, { name: "../../../escaped folder", pieceLength: 32 * KIB });
  const tracker = await stage.tracker();
  const peer = await stage.peer("leecher", "--tracker", tracker.address);
  await fetchAll(stage, { torrent, content: joined(files), tracker, peer });
  const written = await filesWritten(stage, peer);
  assert.equal(written.length, files.length, `every file has a name of its own:\n${written.join("\n")}`);

  const contents = new Map(files.map(({ content }) => [content.length, content]));
  for (const path of written) {
    const { size } = await Deno.stat(path);
    const content = contents.get(size);
    assert.ok(content !== undefined, `${path} has ${size} bytes`);
    await assertFile(path, content);
    contents.delete(size);
  }
});

stageTest("a torrent of one file with an unsafe name lies in the folder", async (stage) => {
  const names = [
    "..",
    "../escaped.mp4",
    "/tmp/escaped.mp4",
    "a\\b\u0000c.mp4",
    "aux.mp4",
    ".",
    `${"x".repeat(500)}.mp4`,
  ];
  const tracker = await stage.tracker();
  const peer = await stage.peer("leecher", "--tracker", tracker.address);
  for (const [index, name] of names.entries()) {
    const content = seededBytes(index + 1, 50_000 + index);
    const torrent = craftFile(content, { name, pieceLength: 32 * KIB });
    await fetchAll(stage, { torrent, content, tracker, peer });
    const written = await filesWritten(stage, peer);
    const path = written.find((path) => Deno.statSync(path).size === content.length);
    assert.ok(path !== undefined, `${name} is not among ${written.join(", ")}`);
    assert.equal(written.length, index + 1);
    await assertFile(path, content);
  }
});

/** Downloads a torrent to its end. */
async function fetchAll(
  stage: Stage,
  options: {
    readonly torrent: Uint8Array;
    readonly content: Uint8Array;
    readonly tracker: StageTracker;
    readonly peer: PeerProgram;
  },
): Promise<void> {
  const { torrent, content, tracker, peer } = options;
  const { info } = decodeMetainfo(torrent);
  const seeder = stage.use(new RawSeeder({ info, content }));
  await seeder.announce(tracker.announceUrl);
  const { status, body } = await postTorrent(peer, torrent);
  assert.equal(status, 201, JSON.stringify(body));
  const isOver = ({ state }: { state: TorrentState }) => state === "seeding" || state === "failed";
  const view = await peer.untilTorrent(info.infoHash, isOver, { timeoutMs: PATIENCE_MS, what: "all files" });
  assert.equal(view.state, "seeding", view.message);
}

/** The paths of all files that a peer made, none of them outside its folder. */
async function filesWritten(stage: Stage, peer: PeerProgram): Promise<readonly string[]> {
  const home = `${stage.folder.path}/leecher`;
  const around = [...Deno.readDirSync(home)].map((entry) => entry.name).sort();
  assert.deepEqual(around, ["data", "downloads"], "something lies beside the downloads");
  for await (const entry of Deno.readDir(stage.folder.path)) assert.doesNotMatch(entry.name, /escaped/);
  for await (const entry of Deno.readDir("/tmp")) assert.notEqual(entry.name, "escaped.mp4");
  const written = [...filesBelow(peer.downloads)];
  // deno-lint-ignore no-control-regex -- control characters are what no name may have
  for (const path of written) assert.doesNotMatch(path.slice(home.length), /[\u0000-\u001f\u007f\\:*?"<>|\u202e]/);
  return written;
}

function* filesBelow(folder: string): Iterable<string> {
  for (const entry of Deno.readDirSync(folder)) {
    const path = `${folder}/${entry.name}`;
    assert.ok(!entry.isSymlink, path);
    if (entry.isDirectory) yield* filesBelow(path);
    else yield path;
  }
}
