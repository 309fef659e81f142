/**
 * `peer download SOURCE... --to DIR`: fetches files and leaves; exits with 0 only when all is verified on disk. What is
 * needed to go on after an interruption lies in the folder itself until everything is there.
 *
 * @module
 */
import { type CommandLine, describeFlags, type Flag, UsageError } from "../../shared/command_line.ts";
import { formatBytes, formatDuration } from "../../shared/format.ts";
import { EXIT, interruption, ProgramFailure, untilAborted } from "../../shared/program.ts";
import { hostFlag, keyFlag, noLanFlag, portFlag, readEndpoint } from "../../shared/program_flags.ts";
import type { TorrentSource } from "../api/peer_session.ts";
import {
  downloadRateFlag,
  peerFlag,
  ratesOf,
  seedFlag,
  toFlag,
  trackerFlag,
  trackerOf,
  uploadRateFlag,
} from "../flags.ts";
import { resolveSource } from "../resolve.ts";
import type { Session } from "../session.ts";
import { readSource } from "../source.ts";
import type { Torrent } from "../torrent.ts";
import { openSession, runCommand } from "./command.ts";
import { ProgressLine } from "./progress_line.ts";

const listenFlag = portFlag("port", { help: "TCP port where peers reach us (any)", fallback: 0 });

const flags: readonly Flag<unknown>[] = [
  toFlag,
  trackerFlag,
  peerFlag,
  seedFlag,
  hostFlag,
  listenFlag,
  keyFlag,
  downloadRateFlag,
  uploadRateFlag,
  noLanFlag,
];

const HELP = `Fetch files and leave. What was fetched is kept when it is interrupted: run the same again to go on.

Usage: peer download SOURCE... --to DIR [flags]

SOURCE is a .torrent file, a magnet link, an info-hash, or a name in the tracker's catalogue.

${describeFlags(flags)}

Examples:
  peer download "Northern Lights.mp4" --to . --tracker media.home
  peer download film.torrent --to ~/Videos --peer 192.168.1.20:6881`;

/** How often the progress line is drawn. */
const DRAW_MS = 200;

/** Runs `peer download`. */
export function runDownload(args: readonly string[]): Promise<number> {
  return runCommand(args, { flags, maxOperands: 1_000, help: HELP, run });
}

async function run(line: CommandLine): Promise<number> {
  const to = line.value(toFlag);
  if (line.operands.length === 0) throw new UsageError("Say what to download; see peer download --help");
  if (to === undefined) throw new UsageError("Say where to put the files with --to DIR");
  const folder = await makeFolder(to);
  const stateFolder = `${folder}/.playswarm-download`;
  const stop = interruption();
  const isDone = await fetchAll(line, { folder, stateFolder, stop });
  if (isDone) await Deno.remove(stateFolder, { recursive: true });
  return isDone ? EXIT.done : EXIT.failed;
}

interface Fetching {
  readonly folder: string;
  readonly stateFolder: string;
  readonly stop: AbortSignal;
}

async function fetchAll(line: CommandLine, options: Fetching): Promise<boolean> {
  const { stop } = options;
  const tracker = trackerOf(line);
  const host = line.value(hostFlag);
  const key = line.value(keyFlag);
  await using session = await openSession({
    dataDirectory: options.stateFolder,
    downloadsFolder: options.folder,
    port: line.value(listenFlag),
    ...ratesOf(line),
    ...(host === undefined ? {} : { host }),
    ...(tracker === undefined ? {} : { tracker }),
    ...(key === undefined ? {} : { key }),
  });
  const torrents = await addAll(session, line, stop);
  const isDone = await untilComplete(torrents, { stop });
  if (isDone && line.value(seedFlag)) {
    console.log(`Seeding on port ${session.engine.listenPort}; press Ctrl-C to stop`);
    await untilAborted(stop);
  }
  return isDone;
}

async function addAll(session: Session, line: CommandLine, stop: AbortSignal): Promise<readonly Torrent[]> {
  const candidates = line.value(peerFlag).map((text) => readEndpoint(text, { flag: "peer" }));
  const torrents: Torrent[] = [];
  for (const operand of line.operands) {
    const source = readSource(await readOperand(operand));
    const download = await resolveSource(source, { community: session.community, signal: stop });
    const torrent = await session.downloads.add(download);
    torrent.addCandidates(candidates);
    torrents.push(torrent);
  }
  return torrents;
}

/** A .torrent file is read; anything else is what it is. */
async function readOperand(operand: string): Promise<TorrentSource> {
  if (/^magnet:/i.test(operand)) return operand;
  try {
    return { metainfo: await Deno.readFile(operand) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && !operand.endsWith(".torrent")) return operand;
    if (error instanceof Deno.errors.NotFound) throw new ProgramFailure(`There is no file ${operand}`);
    if (error instanceof Deno.errors.IsADirectory || error instanceof Deno.errors.PermissionDenied) {
      throw new ProgramFailure(`${operand} cannot be read as a torrent file`);
    }
    throw error;
  }
}

/** Waits until all are verified on disk (true), or until the user stops it (false). */
async function untilComplete(torrents: readonly Torrent[], options: { readonly stop: AbortSignal }): Promise<boolean> {
  const { stop } = options;
  using progress = new ProgressLine(Deno.stderr);
  const told = new Set<Torrent>();
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const look = () => {
    for (const torrent of torrents) {
      if (torrent.failure !== undefined) reject(new ProgramFailure(torrent.failure.message));
      if (!torrent.isComplete || told.has(torrent)) continue;
      told.add(torrent);
      progress.clear();
      console.log(`${torrent.name}: ${formatBytes(torrent.info?.geometry.contentLength ?? 0)}, verified`);
    }
    progress.draw(summary(torrents));
    if (told.size === torrents.length) resolve(true);
    if (stop.aborted) resolve(false);
  };
  const timer = setInterval(look, DRAW_MS);
  stop.addEventListener("abort", look);
  try {
    look();
    const isDone = await promise;
    if (!isDone) console.error("Stopped. Run the same again to go on.");
    return isDone;
  } finally {
    clearInterval(timer);
    stop.removeEventListener("abort", look);
  }
}

/** One line: `42 %  123 MB of 300 MB  12 MB/s  3 peers  14 s left`. */
function summary(torrents: readonly Torrent[]): { readonly share: number; readonly text: string } {
  let total = 0;
  let verified = 0;
  let rate = 0;
  let peerCount = 0;
  for (const torrent of torrents) {
    const view = torrent.swarm.machine.view();
    total += torrent.info?.geometry.contentLength ?? 0;
    verified += torrent.verifiedBytes;
    rate += torrent.isComplete ? 0 : view.downloadRate;
    peerCount += view.peers.length;
  }
  const peers = `${peerCount} ${peerCount === 1 ? "peer" : "peers"}`;
  if (torrents.some((torrent) => torrent.isDiskFull)) {
    return { share: verified / (total || 1), text: "The disk is full: waiting for room" };
  }
  if (total === 0) return { share: 0, text: `Looking for somebody who has it, ${peers}` };
  const left = rate > 0 ? `  ${formatDuration(Math.ceil((total - verified) / rate))} left` : "";
  return {
    share: verified / total,
    text: `${formatBytes(verified)} of ${formatBytes(total)}  ${formatBytes(rate)}/s  ${peers}${left}`,
  };
}

async function makeFolder(path: string): Promise<string> {
  try {
    await Deno.mkdir(path, { recursive: true });
    return await Deno.realPath(path);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists || error instanceof Deno.errors.NotADirectory) {
      throw new ProgramFailure(`Cannot use ${path} as a folder: it is a file`);
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new ProgramFailure(`Cannot write to ${path}: permission denied`);
    }
    throw error;
  }
}
