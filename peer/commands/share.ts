/**
 * `peer share PATH...`: shares files and folders without a dashboard, until it is interrupted.
 *
 * @module
 */
import { type CommandLine, describeFlags, type Flag, UsageError } from "../../shared/command_line.ts";
import { dataFolder } from "../../shared/platform_folders.ts";
import { EXIT, interruption, untilAborted } from "../../shared/program.ts";
import { dataFlag, hostFlag, keyFlag, noLanFlag, portFlag } from "../../shared/program_flags.ts";
import { magnetLink } from "../magnet_link.ts";
import { modeFlag, ratesOf, trackerFlag, trackerOf, uploadRateFlag } from "../flags.ts";
import { realFolder } from "../folders.ts";
import { openSession, runCommand } from "./command.ts";

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
  const tracker = trackerOf(line);
  const mode = line.value(modeFlag);
  const host = line.value(hostFlag);
  const key = line.value(keyFlag);
  const folders = await Promise.all(line.operands.map((path) => realFolder(absolute(path))));
  await using session = await openSession({
    // What is shared here is said on the line; only the hashes of files are remembered.
    dataDirectory: `${line.value(dataFlag) ?? dataFolder("peer")}/share`,
    downloadsFolder: `${line.value(dataFlag) ?? dataFolder("peer")}/share/downloads`,
    port: line.value(listenFlag),
    ...ratesOf(line),
    ...(host === undefined ? {} : { host }),
    ...(mode === undefined ? {} : { mode }),
    ...(tracker === undefined ? {} : { tracker }),
    ...(key === undefined ? {} : { key }),
  });
  for (const row of session.sharedFolders.rows) {
    if (!folders.includes(row.path)) await session.sharedFolders.remove(row.id);
  }
  using _listening = session.subscribe((infoHash) => {
    const file = infoHash === undefined ? undefined : session.sharedTorrents.file(infoHash);
    if (infoHash === undefined || file === undefined || told.has(infoHash)) return;
    told.add(infoHash);
    const { name } = file.metainfo.info;
    console.log(`${name}  ${magnetLink(infoHash, { name, trackers: session.community?.announceUrls ?? [] })}`);
  });
  const told = new Set<string>();
  console.log(`Sharing on port ${session.engine.listenPort}; press Ctrl-C to stop`);
  for (const folder of folders) session.sharedFolders.add(folder);
  await untilAborted(stop);
  return EXIT.done;
}

function absolute(path: string): string {
  return path.startsWith("/") || /^[A-Za-z]:/.test(path) ? path : `${Deno.cwd()}/${path}`;
}
