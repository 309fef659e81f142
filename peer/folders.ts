/**
 * The folders of this machine, as the chooser of the dashboard shows them: names only, never what files hold.
 *
 * @module
 */
import type { FolderListing } from "../shared/dashboard_views.ts";
import { RequestError } from "./api/request_error.ts";

/** More folders in one than this are not shown: nobody reads on, and the page stays quick. */
const MAX_FOLDERS = 1_000;

/** Lists the folders in a folder; without a path, in the home folder. Hidden ones are left out. */
export async function listFolders(path: string | undefined): Promise<FolderListing> {
  const folder = await realFolder(path ?? homeFolder());
  const folders: { name: string; path: string }[] = [];
  try {
    for await (const entry of Deno.readDir(folder)) {
      if (!entry.isDirectory || entry.name.startsWith(".")) continue;
      folders.push({ name: entry.name, path: folder === "/" ? `/${entry.name}` : `${folder}/${entry.name}` });
      if (folders.length === MAX_FOLDERS) break;
    }
  } catch (error) {
    throw refusalOf(error, folder);
  }
  folders.sort((a, b) => a.name.localeCompare(b.name));
  const parent = folder.slice(0, folder.lastIndexOf("/")) || "/";
  return { path: folder, folders, ...(folder === "/" ? {} : { parent }) };
}

/** The absolute path of a folder, symbolic links resolved. @throws RequestError when it is none or cannot be read */
export async function realFolder(path: string): Promise<string> {
  if (!path.startsWith("/") && !/^[A-Za-z]:[\\/]/.test(path)) {
    throw new RequestError(422, `Give the whole path of the folder, from the root: ${JSON.stringify(path)} is not one`);
  }
  try {
    const real = await Deno.realPath(path);
    const { isDirectory } = await Deno.stat(real);
    if (!isDirectory) throw new RequestError(422, `${path} is a file: choose the folder that it is in`);
    // One entry is enough to know that it can be read.
    for await (const _entry of Deno.readDir(real)) break;
    return real;
  } catch (error) {
    throw refusalOf(error, path);
  }
}

/** A {@link realFolder} in which files can be made. @throws RequestError when they cannot */
export async function writableFolder(path: string): Promise<string> {
  const folder = await realFolder(path);
  try {
    // Whether one may write is known by trying: permissions, read-only disks and network drives all have their say.
    await Deno.remove(await Deno.makeTempFile({ dir: folder, prefix: ".playswarm-" }));
    return folder;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new RequestError(403, `Nothing can be written into ${folder}: choose another folder`, { cause: error });
  }
}

/** The user's home folder. */
function homeFolder(): string {
  return Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE") ?? "/";
}

function refusalOf(error: unknown, path: string): unknown {
  const isNone = error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory ||
    error instanceof Deno.errors.FilesystemLoop || codeOf(error) === "ENAMETOOLONG";
  if (isNone) return new RequestError(404, `There is no folder ${path}`);
  const isDenied = error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable;
  return isDenied ? new RequestError(403, `The folder ${path} cannot be read: permission denied`) : error;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
