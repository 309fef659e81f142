/**
 * The clients of other makers that take in the benchmark beside libtorrent, started as the interop tests start them.
 * None of them can be told of a peer, so each finds the seeder by a tracker of ours, and one that refuses 127.0.0.0/8 is
 * met on the loopback of a network namespace. Transmission only answers when it is asked, ten times a second.
 *
 * @module
 */
import { choosePieceLength } from "../../shared/metainfo_create.ts";
import type { ForeignClient, TorrentVersion } from "../interop/client.ts";
import { aria2 } from "../interop/clients/aria2.ts";
import { transmission } from "../interop/clients/transmission.ts";
import { webtorrent } from "../interop/clients/webtorrent.ts";
import { type RunningTracker, Scene } from "../interop/scene.ts";
import type { Leecher } from "./leechers.ts";
import type { Contender, Figures } from "./scenario.ts";
import type { Seeder } from "./seeders.ts";
import type { Content } from "./stage.ts";
import { type Place, transfer } from "./transfer_scenario.ts";

/** A client, and how it takes part. */
interface Entry {
  readonly client: ForeignClient;
  /** Why it is given the v1 form of the torrent; absent: it takes the hybrid. */
  readonly whyV1?: string;
}

const ENTRIES: readonly Entry[] = [
  { client: aria2, whyV1: "before 1.37 it gives a hybrid a wrong info-hash, by which libtorrent does not know it" },
  { client: transmission, whyV1: "before 4 it cannot read the hybrid" },
  { client: webtorrent },
];

/** What a run may take. Transmission, the slowest, takes 32 s for a gibibyte and begins after up to 15. */
const PATIENCE_MS = 180_000;

/** Those of them that can be met here; says which cannot, and who is given another torrent, each with the reason. */
export async function foreignContenders(place: Place): Promise<readonly Contender[]> {
  const contenders: Contender[] = [];
  for (const { client, whyV1 } of ENTRIES) {
    const obstacle = await client.missing();
    if (obstacle !== undefined) {
      console.warn(`  without ${client.name}: ${obstacle}`);
      continue;
    }
    if (whyV1 !== undefined) console.warn(`  ${client.name} takes the v1 form of the torrent: ${whyV1}`);
    const name = `libtorrent → ${client.name}${whyV1 === undefined ? "" : " (v1 only)"}`;
    const version = whyV1 === undefined ? "hybrid" : "v1";
    contenders.push({ name, run: () => takeInScene(client, { name, version, place }) });
  }
  return contenders;
}

/** Transfers the content of a new torrent, which names a tracker, once. */
async function takeInScene(
  client: ForeignClient,
  options: { readonly name: string; readonly version: TorrentVersion; readonly place: Place },
): Promise<Figures> {
  const { name, version, place } = options;
  await using scene = await Scene.create({ isNetwork: client.refusesLoopback });
  let figures: Figures = {};
  await scene.play(async () => {
    const tracker = await scene.tracker();
    const content = await announcedForm(scene, { content: place.content, version, tracker });
    figures = await transfer({
      name,
      leecher: leecherOf(client, scene),
      startSeeder: () => announcedSeeder(scene, { content, tracker }),
      startsLate: true,
    }, { ...place, content });
  }, { patienceMs: PATIENCE_MS });
  return figures;
}

/** The content with a torrent that names a tracker, with pieces as long as ours. */
async function announcedForm(
  scene: Scene,
  options: { readonly content: Content; readonly version: TorrentVersion; readonly tracker: RunningTracker },
): Promise<Content> {
  const { content, version, tracker } = options;
  const torrent = `${scene.folder.path}/announced.torrent`;
  await using maker = await scene.libtorrent();
  await maker.create({
    path: `${content.folder}/${content.name}`,
    output: torrent,
    version,
    pieceLength: choosePieceLength(content.length),
    trackers: [tracker.httpUrl],
  });
  return { ...content, torrent };
}

/** libtorrent, with the settings that it has, known to the tracker. */
async function announcedSeeder(
  scene: Scene,
  options: { readonly content: Content; readonly tracker: RunningTracker },
): Promise<Seeder> {
  const { content, tracker } = options;
  const program = await scene.libtorrent();
  const transfer = await program.seed({ source: content.torrent, folder: content.folder });
  await transfer.announced(tracker.httpUrl);
  return program;
}

/** A client as one that fetches. */
function leecherOf(client: ForeignClient, scene: Scene): Leecher {
  return {
    name: client.name,
    missing: () => undefined,
    makesFileEarly: true,
    start: async ({ content, folder }) => {
      const running = await scene.client(client);
      const joined = running.join({ source: content.torrent, folder });
      return {
        pid: running.pid,
        finished: () => joined,
        [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
      };
    },
  };
}
