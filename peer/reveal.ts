/**
 * Shows a file in the computer's own file manager. That works only where the person sits at the computer on which we run,
 * and where there is a desktop; elsewhere the place is told in words.
 *
 * @module
 */
import { dirname } from "node:path";
import { RequestError } from "./api/request_error.ts";

/** Runs a program; false when there is none of that name or it fails. */
export type RunProgram = (command: string, args: readonly string[]) => Promise<boolean>;

/**
 * Opens the folder in which a file lies, with the file selected where the system can do that.
 *
 * @param path an absolute path
 * @param options the system, and how to run its programs; for tests
 * @throws RequestError 501 where nothing can be opened; the message has the folder
 */
export async function reveal(
  path: string,
  options: { readonly system?: typeof Deno.build.os; readonly run?: RunProgram } = {},
): Promise<void> {
  const { system = Deno.build.os, run = runProgram } = options;
  const folder = dirname(path);
  const [command, ...args] = system === "darwin"
    ? ["open", "-R", path]
    : system === "windows"
    ? ["explorer", `/select,${path}`]
    : ["xdg-open", folder];
  if (await run(command ?? "", args)) return;
  throw new RequestError(501, `No file manager can be opened here. It is in ${folder}`);
}

async function runProgram(command: string, args: readonly string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(command, {
      args: [...args],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).output();
    // Windows' explorer says 1 when it has done what it was asked.
    return success || Deno.build.os === "windows";
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return false;
  }
}
