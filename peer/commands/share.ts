/**
 * `peer share PATH...`: shares folders without a dashboard, until it is interrupted.
 *
 * @module
 */
import { resolve } from "node:path";
import { type CommandLine, describeFlags, type Flag, UsageError } from "../../shared/command_line.ts";
import type { InfoHash } from "../../shared/ids.ts";
import { dataFolder } from "../../shared/platform_folders.ts";
import { EXIT, interruption, makeFolder, untilAborted } from "../../shared/program.ts";
import { dataFlag, hostFlag, keyFlag, noLanFlag, portFlag } from "../../shared/program_flags.ts";
import { magnetLink } from "../magnet_link.ts";
import { modeFlag, trackerFlag, uploadRateFlag } from "../flags.ts";
import { realFolder } from "../folders.ts";
import type { Session } from "../session.ts";
import { connectionOptions, openSession, runCommand } from "./command.ts";

const listenFlag = portFlag("port", { help: "TCP port where peers reach us (6881)", fallback: 6881 });

const flags: readonly Flag<unknown>[] = [
  trackerFlag,
  modeFlag,
  hostFlag,
  listenFlag,
  keyFlag,
  uploadRateFlag,
  noLanFlag,
  dataFlag,
];

const HELP = `Share folders without a dashboard, until interrupted. Prints a magnet link for each file.

Usage: peer share PATH... [flags]

${describeFlags(flags)}

Example:
  peer share ~/Videos --tracker media.home`;

/** Runs `peer share`. */
export function runShare(args: readonly string[]): Promise<number> {
  return runCommand(args, { flags, maxOperands: 1_000, help: HELP, run });
}

async function run(line: CommandLine): Promise<number> {
  if (line.operands.length === 0) throw new UsageError("Say which folders to share; see peer share --help");
  const stop = interruption();
  const mode = line.value(modeFlag);
  const folders = await Promise.all(line.operands.map((path) => realFolder(resolve(path))));
  const data = `${line.value(dataFlag) ?? dataFolder("peer")}/share`;
  await makeFolder(data);
  await using session = await openSession({
    // What is shared here is said on the line; only the hashes of files are remembered.
    dataDirectory: data,
    downloadsFolder: `${data}/downloads`,
    port: line.value(listenFlag),
    ...connectionOptions(line),
    ...(mode === undefined ? {} : { mode }),
  });
  using _listening = tellShared(session, { folders });
  for (const row of session.sharedFolders.rows) {
    if (!folders.includes(row.path)) await session.sharedFolders.remove(row.id);
  }
  console.log(`Sharing on port ${session.engine.listenPort}; press Ctrl-C to stop`);
  for (const folder of folders) session.sharedFolders.add(folder);
  await untilAborted(stop);
  return EXIT.done;
}

/** Prints a line for each file in the folders, once, when it is shared. */
function tellShared(session: Session, options: { readonly folders: readonly string[] }): Disposable {
  const told = new Set<InfoHash>();
  return session.subscribe((infoHash) => {
    const file = infoHash === undefined ? undefined : session.sharedTorrents.file(infoHash);
    if (infoHash === undefined || file === undefined || told.has(infoHash)) return;
    // Folders of the last time are remembered until they are taken out, a moment after the start.
    if (!options.folders.some((folder) => file.path.startsWith(`${folder}/`))) return;
    told.add(infoHash);
    const { name } = file.metainfo.info;
    console.log(`${name}  ${magnetLink(infoHash, { name, trackers: session.community?.announceUrls ?? [] })}`);
  });
}
