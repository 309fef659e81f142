/**
 * What is left of a program that met a bug of its own: a report in its data folder that can be sent to somebody. Invariant:
 * no path and no quoted name of the user's stands in it, only names and lines of our own code.
 *
 * @module
 */
import { ProgramFailure } from "./program.ts";
import { UsageError } from "./command_line.ts";
import { VERSION } from "./version.ts";

/** Whose crash it would be, and where its report goes. */
export interface CrashPlace {
  readonly program: string;
  /** The data folder; it is made when needed. */
  readonly folder: string;
}

/** How deep causes are told: each level is another room of our code. */
const MAX_CAUSES = 4;

/**
 * Runs a program; a bug in it is reported and said in a sentence, also one in a task that nobody awaited.
 *
 * @throws {UsageError} @throws {ProgramFailure}
 */
export async function reportingCrashes(place: CrashPlace, run: () => Promise<number>): Promise<number> {
  const onUncaught = (event: Event, error: unknown) => {
    event.preventDefault();
    console.error(`${place.program}: ${writeReport(place, error)}`);
    Deno.exit(1);
  };
  const onError = (event: ErrorEvent) => onUncaught(event, event.error);
  const onRejection = (event: PromiseRejectionEvent) => onUncaught(event, event.reason);
  addEventListener("error", onError);
  addEventListener("unhandledrejection", onRejection);
  try {
    return await run();
  } catch (error) {
    if (error instanceof UsageError || error instanceof ProgramFailure) throw error;
    throw new ProgramFailure(writeReport(place, error), { cause: error });
  } finally {
    removeEventListener("error", onError);
    removeEventListener("unhandledrejection", onRejection);
  }
}

/** The text of a report. */
export function crashReport(error: unknown, options: { readonly program: string; readonly atMs: number }): string {
  const { program, atMs } = options;
  const causes: string[] = [];
  for (let cause = error; cause !== undefined && causes.length < MAX_CAUSES;) {
    causes.push(withoutPaths(cause instanceof Error ? cause.stack ?? String(cause) : String(cause)));
    cause = cause instanceof Error ? cause.cause : undefined;
  }
  return [
    `${program} (Playswarm) ${VERSION} met a bug of its own.`,
    `Time      ${new Date(atMs).toISOString()}`,
    `System    ${Deno.build.target}`,
    `Runtime   Deno ${Deno.version.deno}, V8 ${Deno.version.v8}`,
    "",
    causes.join("\nCaused by: "),
    "",
  ].join("\n");
}

/** Leaves of our own code's places the file and line, and nothing of any other path. */
function withoutPaths(text: string): string {
  return text
    .replace(/file:\/\/\/?\S*?([^\s/\\]+:\d+:\d+)/g, "$1")
    .replace(/'[^'\n]*[/\\][^'\n]*'|"[^"\n]*[/\\][^"\n]*"/g, "'<path>'")
    .replace(/(?<![\w:/])(?:[A-Za-z]:)?[/\\][^\s:'"()]*(?: [^\s:'"()]*)*?(?=[\s:'"()]|$)/g, "<path>");
}

/** Writes the report; gives the sentence that says so. */
function writeReport({ program, folder }: CrashPlace, error: unknown): string {
  const atMs = Date.now();
  const report = crashReport(error, { program, atMs });
  const summary = report.split("\n")[5] ?? "";
  try {
    Deno.mkdirSync(folder, { recursive: true });
    const path = `${folder}/crash-${new Date(atMs).toISOString().replaceAll(":", "-")}.txt`;
    Deno.writeTextFileSync(path, report);
    return `Stopped by a bug of its own (${summary}). What happened, without your paths, is in ${path}`;
  } catch (failure) {
    // Where nothing can be written, for whatever reason, the whole report is said.
    return `Stopped by a bug of its own, of which no report could be kept (${String(failure)}):\n${report}`;
  }
}
