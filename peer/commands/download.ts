/**
 * `peer download SOURCE... --to DIR`: fetches files and leaves; exits with 0 only when all is verified on disk. What is
 * needed to go on after an interruption lies in the folder itself until everything is there.
 *
 * @module
 */
import { type CommandLine, UsageError } from "../../shared/command_line.ts";
import { FileSelectionSyntaxError, parseFileSelection } from "../../shared/file_selection.ts";
import { formatBytes, formatDuration } from "../../shared/format.ts";
import { type Info, MAX_METAINFO_LENGTH } from "../../shared/metainfo.ts";
import { EXIT, interruption, isNothingThere, makeFolder, ProgramFailure, untilAborted } from "../../shared/program.ts";
import { readEndpoint } from "../../shared/program_flags.ts";
import type { TorrentSource } from "../api/peer_session.ts";
import { edgeFiles } from "../edge_files.ts";
import { filesFlag, jsonFlag, peerFlag, seedFlag, toFlag } from "../flags.ts";
import { resolveSource } from "../resolve.ts";
import type { Session } from "../session.ts";
import { readSource } from "../source.ts";
import { removeFiles } from "../storage/file_layout.ts";
import type { Torrent } from "../torrent.ts";
import { progressOf } from "../torrent_progress.ts";
import { connectionOptions, openSession, runCommand, trackerNearby } from "./command.ts";
import { anyPortFlag } from "./command_help.ts";
import { ProgressLine } from "./progress_line.ts";

/** How often the progress line is drawn. */
const DRAW_MS = 200;

const DISK_FULL = "The disk is full: waiting for room";

/** Runs `peer download`. */
export function runDownload(line: CommandLine): Promise<number> {
  return runCommand(line, run);
}

async function run(line: CommandLine): Promise<number> {
  const to = line.value(toFlag);
  if (line.operands.length === 0) throw new UsageError("Say what to download; see peer download --help");
  if (to === undefined) throw new UsageError("Say where to put the files with --to DIR");
  const chosen = filesOf(line);
  const folder = await makeFolder(to);
  const stateFolder = `${folder}/.playswarm-download`;
  const stop = interruption();
  const outcome = await fetchAll(line, { folder, stateFolder, stop, chosen });
  if (outcome === "all-done") await Deno.remove(stateFolder, { recursive: true });
  return outcome === "stopped" ? EXIT.failed : EXIT.done;
}

/** What came of it: done, and nothing that was interrupted earlier is left in the folder either; done; or stopped. */
type Outcome = "all-done" | "done" | "stopped";

interface Fetching {
  readonly folder: string;
  readonly stateFolder: string;
  readonly stop: AbortSignal;
  /** The files that the line names; absent: what the source says, else all. */
  readonly chosen: readonly number[] | undefined;
}

async function fetchAll(line: CommandLine, options: Fetching): Promise<Outcome> {
  const { stop, chosen } = options;
  await using session = await openSession({
    dataDirectory: options.stateFolder,
    downloadsFolder: options.folder,
    port: line.value(anyPortFlag),
    ...connectionOptions(line),
    ...await trackerNearby(line, stop),
  });
  const torrents = await addAll(session, { line, stop, chosen });
  const isDone = await untilComplete(session, { torrents, stop, chosen, isJson: line.value(jsonFlag) });
  if (!isDone) return "stopped";
  if (line.value(seedFlag)) {
    console.log(`Seeding on port ${session.engine.listenPort}; press Ctrl-C to stop`);
    await untilAborted(stop);
  }
  for (const torrent of torrents) {
    const edges = edgeFiles(torrent);
    await session.downloads.remove(torrent.infoHash, { deleteFiles: false });
    if (edges !== undefined) removeFiles(edges);
  }
  return [...session.downloads.all()].length === 0 ? "all-done" : "done";
}

/** Adds what the line names, and goes on with what of it was interrupted. Other downloads into the folder rest. */
async function addAll(
  session: Session,
  options: Pick<Fetching, "stop" | "chosen"> & { readonly line: CommandLine },
): Promise<ReadonlySet<Torrent>> {
  const { line, stop, chosen } = options;
  const candidates = line.value(peerFlag).map((text) => readEndpoint(text, { flag: "peer" }));
  const torrents = new Set<Torrent>();
  for (const operand of line.operands) {
    const source = readSource(await readOperand(operand));
    const download = await resolveSource(source, { community: session.community, signal: stop });
    const refusal = choiceRefusal(chosen, download.metainfo?.info);
    if (refusal !== undefined) throw refusal;
    const torrent = await session.downloads.add(download);
    if (chosen !== undefined) session.downloads.setWanted(torrent.infoHash, chosen);
    torrent.addCandidates(candidates);
    torrents.add(torrent);
  }
  for (const torrent of session.downloads.all()) {
    const isOther = !torrents.has(torrent);
    if (torrent.isPaused !== isOther) await session.downloads.setPaused(torrent.infoHash, isOther);
  }
  return torrents;
}

/** The files that `--files` names; undefined: what the source says, else all. @throws UsageError */
function filesOf(line: CommandLine): readonly number[] | undefined {
  const text = line.value(filesFlag);
  if (text === undefined) return undefined;
  if (line.operands.length > 1) throw new UsageError("--files chooses of one torrent; give one source");
  try {
    return parseFileSelection(text);
  } catch (error) {
    if (!(error instanceof FileSelectionSyntaxError)) throw error;
    throw new UsageError(`--files: ${error.message}`);
  }
}

/** Why a torrent, if it is known, has not the files that were chosen: it is another one than was thought. */
function choiceRefusal(chosen: readonly number[] | undefined, info: Info | undefined): UsageError | undefined {
  const missing = info && chosen?.find((index) => index >= info.files.length);
  if (info === undefined || missing === undefined) return undefined;
  const last = info.files.length - 1;
  return new UsageError(
    `--files: ${info.name} has no file ${missing}; its files are 0${last === 0 ? "" : ` to ${last}`}`,
  );
}

/**
 * A .torrent file is read; anything else is what it is. Files of other names are not looked at: `film.mp4` means the one
 * in the catalogue, also when its first half lies here already.
 */
async function readOperand(operand: string): Promise<TorrentSource> {
  if (!/\.torrent$/i.test(operand) || /^magnet:/i.test(operand)) return operand;
  try {
    const { size } = await Deno.stat(operand);
    if (size > MAX_METAINFO_LENGTH) throw new ProgramFailure(`${operand} is too large for a torrent file`);
    return { metainfo: await Deno.readFile(operand) };
  } catch (error) {
    if (isNothingThere(error)) throw new ProgramFailure(`There is no file ${operand}`);
    if (error instanceof Deno.errors.IsADirectory || error instanceof Deno.errors.PermissionDenied) {
      throw new ProgramFailure(`${operand} cannot be read as a torrent file`);
    }
    throw error;
  }
}

/** Waits until all are verified on disk (true), or until the user stops it (false). */
async function untilComplete(
  session: Session,
  options: Pick<Fetching, "stop" | "chosen"> & { readonly torrents: ReadonlySet<Torrent>; readonly isJson: boolean },
): Promise<boolean> {
  const { torrents, stop, chosen, isJson } = options;
  using progress = new ProgressLine(Deno.stderr);
  const told = new Set<Torrent>();
  let isWaiting = false;
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const look = () => {
    for (const torrent of torrents) {
      // A magnet link has no files to choose from before its metadata are here.
      const refusal = choiceRefusal(chosen, torrent.info);
      if (refusal !== undefined) reject(refusal);
      if (torrent.failure !== undefined) reject(new ProgramFailure(torrent.failure.message));
      if (!torrent.isComplete || told.has(torrent)) continue;
      told.add(torrent);
      progress.clear();
      console.log(isJson ? JSON.stringify(doneView(torrent)) : doneLine(torrent));
    }
    const isFull = isDiskFull([...torrents]);
    // Where there is no terminal, nothing else would say it.
    if (isFull !== isWaiting) {
      progress.clear();
      console.error(isFull ? DISK_FULL : "There is room on the disk: going on");
    }
    isWaiting = isFull;
    if (told.size === torrents.size) resolve(true);
    if (stop.aborted) resolve(false);
  };
  using _listening = session.subscribe(look);
  const timer = setInterval(() => progress.draw(summary([...torrents])), DRAW_MS);
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

function doneLine(torrent: Torrent): string {
  return `${torrent.name}: ${formatBytes(progressOf(torrent).wantedBytes)}, verified`;
}

/** A finished download for another program to read. */
function doneView(torrent: Torrent) {
  const { name, infoHash, layout } = torrent;
  // The paths of pads are undefined, and so is nothing else.
  const files = layout?.paths.filter((path, index) => path !== undefined && torrent.isWanted(index)) ?? [];
  return { name, infoHash, sizeBytes: progressOf(torrent).wantedBytes, files };
}

function isDiskFull(torrents: readonly Torrent[]): boolean {
  return torrents.some((torrent) => torrent.isDiskFull);
}

/** One line: `42 %  123 MB of 300 MB  12 MB/s  3 peers  14 s left`. */
function summary(torrents: readonly Torrent[]): { readonly share: number; readonly text: string } {
  let total = 0;
  let verified = 0;
  let rate = 0;
  let peerCount = 0;
  for (const torrent of torrents) {
    const view = torrent.swarm.machine.view();
    const progress = progressOf(torrent);
    total += progress.wantedBytes;
    verified += progress.verifiedBytes;
    rate += torrent.isComplete ? 0 : view.downloadRate;
    peerCount += view.peers.length;
  }
  const peers = `${peerCount} ${peerCount === 1 ? "peer" : "peers"}`;
  if (isDiskFull(torrents)) {
    return { share: verified / (total || 1), text: DISK_FULL };
  }
  if (total === 0) return { share: 0, text: `Looking for somebody who has it, ${peers}` };
  const left = rate > 0 ? `  ${formatDuration(Math.ceil((total - verified) / rate))} left` : "";
  return {
    share: verified / total,
    text: `${formatBytes(verified)} of ${formatBytes(total)}  ${formatBytes(rate)}/s  ${peers}${left}`,
  };
}
