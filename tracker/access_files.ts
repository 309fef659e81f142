/**
 * The files that `--allow` and `--deny` name, read at the start and again whenever the program is told to.
 *
 * @module
 */
import { isNothingThere, ProgramFailure } from "../shared/program.ts";
import { type AccessList, AccessListSyntaxError, EMPTY_LIST, MAX_LIST_LENGTH, parseAccessList } from "./access_list.ts";
import type { AccessLists } from "./gatekeeper.ts";

/** Where the lists are; absent: no such list. */
export interface AccessFiles {
  readonly allow?: string | undefined;
  readonly deny?: string | undefined;
}

/** Reads both lists. @throws {ProgramFailure} with a sentence: a list that cannot be read keeps nobody out */
export async function readAccessLists({ allow, deny }: AccessFiles): Promise<AccessLists> {
  return { allow: await readList(allow), deny: await readList(deny) };
}

async function readList(path: string | undefined): Promise<AccessList> {
  if (path === undefined) return EMPTY_LIST;
  try {
    if ((await Deno.stat(path)).size > MAX_LIST_LENGTH) {
      throw new ProgramFailure(`Cannot read ${path} as a list: it has more than ${MAX_LIST_LENGTH} bytes`);
    }
    return parseAccessList(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof AccessListSyntaxError) throw new ProgramFailure(`${path}: ${error.message}`, { cause: error });
    if (isNothingThere(error)) throw new ProgramFailure(`Cannot read ${path} as a list: there is no such file`);
    if (error instanceof Deno.errors.IsADirectory || error instanceof Deno.errors.PermissionDenied) {
      throw new ProgramFailure(`Cannot read ${path} as a list: it is a folder, or not ours to read`);
    }
    throw error;
  }
}
