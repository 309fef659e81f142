/**
 * `peer create PATH`: makes the .torrent file of a media file, the same that sharing it would make.
 *
 * @module
 */
import { basename } from "node:path";
import { type CommandLine, UsageError } from "../../shared/command_line.ts";
import { formatBytes } from "../../shared/format.ts";
import { encodeMetainfo } from "../../shared/metainfo.ts";
import { choosePieceLength, createMetainfo, type FileHashes } from "../../shared/metainfo_create.ts";
import { EXIT, interruption, isNothingThere, ProgramFailure } from "../../shared/program.ts";
import { communityOf, jsonFlag, outputFlag, trackerFlag } from "../flags.ts";
import { magnetLink } from "../magnet_link.ts";
import { HashPool } from "../storage/hash_pool.ts";
import { StorageError } from "../storage/storage_error.ts";
import { runCommand } from "./command.ts";
import { announceUrlsOf } from "../tracker_address.ts";
import { ProgressLine } from "./progress_line.ts";

/** Runs `peer create`. */
export function runCreate(line: CommandLine): Promise<number> {
  return runCommand(line, run);
}

async function run(line: CommandLine): Promise<number> {
  const [path] = line.operands;
  if (path === undefined) throw new UsageError("Say of which file to make a torrent; see peer create --help");
  const stop = interruption();
  const { length, name } = await fileAt(path);
  await using pool = new HashPool();
  using progress = new ProgressLine(Deno.stderr);
  const hashes = await hashUnlessStopped(pool, { path, length, progress, stop });
  if (hashes === undefined) return EXIT.failed;
  const trackers = trackersOf(line);
  const metainfo = createMetainfo(name, hashes, { trackers });
  const output = line.value(outputFlag) ?? `${name}.torrent`;
  await writeTorrent(output, encodeMetainfo(metainfo));
  progress.clear();
  const { infoHash, infoHashV2 } = metainfo.info;
  const magnet = magnetLink(metainfo.info, { trackers: trackers.flat() });
  if (line.value(jsonFlag)) {
    console.log(JSON.stringify({ torrent: output, name, sizeBytes: length, infoHash, infoHashV2, magnet }));
  } else console.log(`${output}\n${magnet}`);
  return EXIT.done;
}

/** A community's tracker is announced to by UDP, and by HTTP where datagrams do not pass; any other address as it is. */
function trackersOf(line: CommandLine): readonly (readonly string[])[] {
  const text = line.value(trackerFlag);
  if (text === undefined) return [];
  if (text.includes("://")) {
    if (URL.canParse(text)) return [[text]];
    throw new UsageError(`Cannot read --tracker as an announce address: current value is ${JSON.stringify(text)}`);
  }
  const community = communityOf(line);
  return community === undefined ? [] : [announceUrlsOf(community)];
}

async function hashUnlessStopped(
  pool: HashPool,
  options: {
    readonly path: string;
    readonly length: number;
    readonly progress: ProgressLine;
    readonly stop: AbortSignal;
  },
): Promise<FileHashes | undefined> {
  const { path, length, progress, stop } = options;
  try {
    return await pool.hashFile({ path, length, pieceLength: choosePieceLength(length) }, {
      signal: stop,
      onProgress: (done, total) =>
        progress.draw({ share: done / total, text: `${formatBytes(done)} of ${formatBytes(total)}` }),
    });
  } catch (error) {
    if (error === stop.reason) return undefined;
    if (error instanceof StorageError) throw new ProgramFailure(error.message, { cause: error });
    throw error;
  }
}

async function writeTorrent(path: string, metainfo: Uint8Array): Promise<void> {
  try {
    await Deno.writeFile(path, metainfo);
  } catch (error) {
    if (isNothingThere(error)) throw new ProgramFailure(`There is no folder for ${path}`);
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.IsADirectory) {
      throw new ProgramFailure(`Cannot write to ${path}: choose another place with --output`);
    }
    throw error;
  }
}

async function fileAt(path: string): Promise<{ readonly length: number; readonly name: string }> {
  try {
    const real = await Deno.realPath(path);
    const { isFile, size } = await Deno.stat(real);
    if (!isFile) throw new ProgramFailure(`${path} is a folder: give one file`);
    return { length: size, name: basename(real) };
  } catch (error) {
    if (isNothingThere(error)) throw new ProgramFailure(`There is no file ${path}`);
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new ProgramFailure(`${path} cannot be read: permission denied`);
    }
    throw error;
  }
}
