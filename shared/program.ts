/**
 * What both programs do at their edges: say mistakes in a sentence, leave with the right exit code, listen to Ctrl-C,
 * open the browser, write their log.
 *
 * @module
 */
import { configure, getConsoleSink, getJsonLinesFormatter, getTextFormatter, type LogLevel } from "@logtape/logtape";
import { UsageError } from "./command_line.ts";
import { formatEndpoint } from "./endpoint.ts";

/** A failure that the user can do something about, as a sentence; the program exits with 1. */
export class ProgramFailure extends Error {
  override readonly name = "ProgramFailure";
}

/** The exit codes: done, failed, used wrongly. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/**
 * Runs a program to its exit code. A mistake on the command line and a failure with a sentence are said in one line;
 * anything else is a bug and is shown whole.
 */
export async function runProgram(name: string, main: () => Promise<number>): Promise<never> {
  try {
    Deno.exit(await main());
  } catch (error) {
    if (error instanceof UsageError) {
      console.error(`${name}: ${error.message}`);
      Deno.exit(EXIT.usage);
    }
    if (error instanceof ProgramFailure) {
      console.error(`${name}: ${error.message}`);
      Deno.exit(EXIT.failed);
    }
    throw error;
  }
}

/**
 * A signal that is aborted by Ctrl-C or SIGTERM. Who presses Ctrl-C a second time does not want to wait: the program
 * ends at once.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) Deno.exit(130);
    controller.abort(new DOMException("interrupted", "AbortError"));
  };
  Deno.addSignalListener("SIGINT", onSignal);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", onSignal);
  return controller.signal;
}

/** Waits until the signal is aborted. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

/** Turns a port that is taken, or may not be used, into a sentence with the flag that changes it. */
export function explainBinding(
  error: unknown,
  options: { readonly host: string; readonly port: number; readonly flag: string },
): unknown {
  const where = formatEndpoint(options);
  if (error instanceof Deno.errors.AddrInUse) {
    return new ProgramFailure(
      `Port ${options.port} is in use by another program: choose another with --${options.flag}`,
    );
  }
  if (error instanceof Deno.errors.AddrNotAvailable) {
    // The dashboard's flag has its address in it; the ports share the one of --host.
    const flag = options.flag === "dashboard" ? options.flag : "host";
    return new ProgramFailure(`This machine has no address ${options.host}: choose another with --${flag}`);
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return new ProgramFailure(`Listening on ${where} is not allowed: choose another with --${options.flag}`);
  }
  return error;
}

/**
 * Makes a folder to write to, if it is not there, and gives its real path. One on a disk that is full is right: there may
 * be room later. @throws ProgramFailure with a sentence
 */
export async function makeFolder(path: string): Promise<string> {
  try {
    await Deno.mkdir(path, { recursive: true });
    const folder = await Deno.realPath(path);
    await tryToWrite(folder);
    return folder;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists || error instanceof Deno.errors.NotADirectory) {
      throw new ProgramFailure(`Cannot use ${path} as a folder: it is a file`);
    }
    if (error instanceof Deno.errors.PermissionDenied) {
      throw new ProgramFailure(`Cannot write to ${path}: permission denied`);
    }
    throw explainFile(error, { path, doing: "make the folder" });
  }
}

/** Permissions, read-only disks and network drives all have their say: whether one may write is known by trying. */
async function tryToWrite(folder: string): Promise<void> {
  try {
    await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: ".playswarm-" }));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
  }
}

/** Whether an error says that there is nothing at a path; below a file there is nothing, too. */
export function isNothingThere(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}

/** Turns what the system says about a file of the user into a sentence; gives any other error back as it is. */
function explainFile(error: unknown, options: { readonly path: string; readonly doing: string }): unknown {
  if (!(error instanceof Error)) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  // What the platform has a class for comes without a code.
  if (!/^E[A-Z0-9]+$/.test(code) && !/\(os error \d+\)/.test(error.message)) return error;
  const reason = FILE_REASONS.get(code) ?? error.message.replace(/ \(os error \d+\)[^]*$/, "");
  return new ProgramFailure(`Cannot ${options.doing} ${options.path}: ${reason.toLowerCase()}`, { cause: error });
}

/** In the user's words, by the system's name. */
const FILE_REASONS: ReadonlyMap<string, string> = new Map([
  ["EACCES", "permission denied"],
  ["EPERM", "permission denied"],
  ["EROFS", "the disk is read-only"],
  ["ENOSPC", "the disk is full"],
]);

/** Whether a person sits in front of this machine's screen, as far as the environment tells. */
export function isDesktop(): boolean {
  const has = (name: string) => (Deno.env.get(name) ?? "") !== "";
  // Who came over the network has the screen elsewhere.
  if (has("SSH_CONNECTION") || has("SSH_TTY")) return false;
  return Deno.build.os === "darwin" || Deno.build.os === "windows" || has("DISPLAY") || has("WAYLAND_DISPLAY");
}

/** Opens an address in the user's browser; says it when there is none. */
export async function openBrowser(url: string): Promise<void> {
  const [command, ...args] = Deno.build.os === "darwin"
    ? ["open", url]
    : Deno.build.os === "windows"
    ? ["cmd", "/c", "start", "", url]
    : ["xdg-open", url];
  try {
    await new Deno.Command(command ?? "", { args, stdin: "null", stdout: "null", stderr: "null" }).output();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    console.error(`No browser could be opened: open ${url} yourself`);
  }
}

/** Sends the log of every room to the standard error, from this level on: as text, or as a JSON object a line. */
export async function startLogging(level: LogLevel | undefined, format: "text" | "json" = "text"): Promise<void> {
  const formatter = format === "json"
    ? getJsonLinesFormatter({ categorySeparator: ".", message: "rendered" })
    : getTextFormatter({ timestamp: "date-time" });
  const lowestLevel = level ?? "warning";
  await configure({
    sinks: { console: getConsoleSink({ formatter: (record) => formatter(record).trimEnd() }) },
    loggers: [
      { category: "playswarm", lowestLevel, sinks: ["console"] },
      { category: ["logtape", "meta"], lowestLevel: "error", sinks: ["console"] },
    ],
  });
}
