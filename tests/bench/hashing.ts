/**
 * Scenario d: hashing files into shares, both ways (SHA-1 pieces and SHA-256 trees), until all of them are shared.
 *
 * @module
 */
import { formatBytes } from "../../shared/format.ts";
import { Libtorrent, PYTHON } from "../interop/libtorrent.ts";
import { Program } from "../program.ts";
import { Meter } from "./measured_process.ts";
import { runToEnd } from "./peer_program.ts";
import type { Contender, Figures, Scenario } from "./scenario.ts";
import { type Stage, writeNoise } from "./stage.ts";
import { TRANSFER_LENGTH } from "./transfer_scenario.ts";

/** Files of a quarter of the length of a transfer each, sixteen of them: 4 GiB unless the user says otherwise. */
const FILE_COUNT = 16;
const FILE_LENGTH = Math.ceil(TRANSFER_LENGTH / 4);

const TARGET_MEGABYTES_PER_SECOND = 700;

/** See the module. */
export const hashing: Scenario = {
  letter: "d",
  title: `hashing ${formatBytes(FILE_COUNT * FILE_LENGTH)} into shares`,
  columns: [
    { name: "rate", format: (figure) => `${Math.round(figure)} MB/s` },
    { name: "cpu", format: (figure) => `${figure.toFixed(2)} s` },
    { name: "peak memory", format: formatBytes },
  ],
  contenders: async (stage) => {
    const folder = await stage.freshFolder();
    for (let number = 0; number < FILE_COUNT; number++) await writeNoise(`${folder}/film-${number}.mp4`, FILE_LENGTH);
    const theirs: Contender = { name: "libtorrent, hybrid torrents", run: () => hashTheirs(folder) };
    const missing = Libtorrent.missing();
    if (missing !== undefined) console.warn(`  libtorrent is left out: ${missing}`);
    const ours: Contender = { name: "peer share", run: () => hashOurs(folder, stage) };
    return missing === undefined ? [ours, theirs] : [ours];
  },
  conclude: (medians) => {
    const rate = medians.get("peer share")?.["rate"] ?? NaN;
    return [`peer share: ${Math.round(rate)} MB/s (aim: ${TARGET_MEGABYTES_PER_SECOND})`];
  },
};

/** From the line that says what is shared, which is printed before the first byte is read, to the last magnet link. */
async function hashOurs(folder: string, stage: Stage): Promise<Figures> {
  const data = await stage.freshFolder();
  await using peer = Program.start("peer", [
    ...["share", folder, "--host", "127.0.0.1", "--port", "0", "--data-dir", data, "--no-lan"],
  ]);
  await peer.port();
  const meter = new Meter(peer.pid);
  const startedAtMs = performance.now();
  const wanted = Array.from(
    { length: FILE_COUNT },
    (_, number) => peer.line(new RegExp(`^film-${number}\\.mp4 .*magnet:`)),
  );
  await Promise.all(wanted);
  return figuresOf(meter, startedAtMs);
}

/** What a client of libtorrent does to make the same torrents, one after the other. */
async function hashTheirs(folder: string): Promise<Figures> {
  const startedAtMs = performance.now();
  const code = `
import libtorrent as lt, sys
for number in range(${FILE_COUNT}):
    files = lt.file_storage()
    lt.add_files(files, sys.argv[1] + f"/film-{number}.mp4")
    lt.set_piece_hashes(lt.create_torrent(files, 524288), sys.argv[1])
`;
  await runToEnd(PYTHON, ["-c", code, folder]);
  return { rate: FILE_COUNT * FILE_LENGTH / 1e3 / (performance.now() - startedAtMs) };
}

function figuresOf(meter: Meter, startedAtMs: number): Figures {
  const elapsedMs = performance.now() - startedAtMs;
  const { cpuSeconds, peakBytes } = meter.stop();
  return { rate: FILE_COUNT * FILE_LENGTH / 1e3 / elapsedMs, cpu: cpuSeconds, "peak memory": peakBytes };
}
