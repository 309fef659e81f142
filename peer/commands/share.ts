/**
 * `peer share PATH...`: shares folders without a dashboard, until it is interrupted.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { type CommandLine, UsageError } from "../../shared/command_line.ts";
import type { InfoHash } from "../../shared/ids.ts";
import { dataFolder } from "../../shared/platform_folders.ts";
import { EXIT, interruption, isNothingThere, makeFolder, untilAborted } from "../../shared/program.ts";
import { dataFlag } from "../../shared/program_flags.ts";
import { magnetLink } from "../magnet_link.ts";
import { modeFlag } from "../flags.ts";
import { realFolder } from "../folders.ts";
import type { Session } from "../session.ts";
import { connectionOptions, openSession, runCommand, trackerNearby } from "./command.ts";
import { listenFlag } from "./command_help.ts";

/** Runs `peer share`. */
export function runShare(line: CommandLine): Promise<number> {
  return runCommand(line, run);
}

async function run(line: CommandLine): Promise<number> {
  if (line.operands.length === 0) throw new UsageError("Say which files or folders to share; see peer share --help");
  const stop = interruption();
  const mode = line.value(modeFlag);
  const places = await findPlaces(line.operands);
  const data = `${line.value(dataFlag) ?? dataFolder("peer")}/share`;
  await makeFolder(data);
  await using session = await openSession({
    // What is shared here is said on the line; only the hashes of files are remembered.
    dataDirectory: data,
    downloadsFolder: `${data}/downloads`,
    port: line.value(listenFlag),
    ...connectionOptions(line),
    ...await trackerNearby(line, stop),
    ...(mode === undefined ? {} : { mode }),
  });
  using _listening = tellShared(session);
  console.log(`Sharing on port ${session.engine.listenPort}; press Ctrl-C to stop`);
  for (const [folder, only] of places) session.sharedFolders.visit(folder, only === "all" ? {} : { only });
  await untilAborted(stop);
  return EXIT.done;
}

/** The folders to watch, and which files of each: a file is shared by watching the folder that it is in. */
async function findPlaces(paths: readonly string[]): Promise<ReadonlyMap<string, "all" | ReadonlySet<string>>> {
  const places = new Map<string, "all" | Set<string>>();
  for (const path of paths) {
    const file = await fileAt(resolve(path));
    const folder = await realFolder(file === undefined ? resolve(path) : dirname(file));
    const known = places.get(folder);
    if (file === undefined || known === "all") places.set(folder, "all");
    else places.set(folder, (known ?? new Set()).add(file));
  }
  return places;
}

/** The real path of a file; undefined when it is a folder, or nothing, which is said when it is read as one. */
async function fileAt(path: string): Promise<string | undefined> {
  try {
    const real = await Deno.realPath(path);
    return (await Deno.stat(real)).isFile ? real : undefined;
  } catch (error) {
    if (isNothingThere(error) || error instanceof Deno.errors.PermissionDenied) return undefined;
    throw error;
  }
}

/** Prints a line for each file, once, when it is shared; and why one cannot be. */
function tellShared(session: Session): Disposable {
  const told = new Set<InfoHash>();
  let problems: readonly string[] = [];
  return session.subscribe((infoHash) => {
    const before = new Set(problems);
    problems = [...session.sharedFolders.problems()];
    for (const problem of problems) if (!before.has(problem)) console.error(problem);
    const file = infoHash === undefined ? undefined : session.sharedTorrents.file(infoHash);
    if (infoHash === undefined || file === undefined || told.has(infoHash)) return;
    told.add(infoHash);
    console.log(`${file.name}  ${magnetLink(file, { trackers: session.community?.announceUrls ?? [] })}`);
  });
}
