/**
 * Where the platform keeps a program's data, a user's downloads and a user's media: the XDG directories on Linux, the
 * application support folder on macOS, the local application data on Windows.
 *
 * @module
 */
import type { PeerMode } from "./media_kind.ts";

/** What the folders depend on. */
export interface Platform {
  readonly os: typeof Deno.build.os;
  readonly environment: (name: string) => string | undefined;
}

/** The platform that we run on. */
const thisPlatform: Platform = { os: Deno.build.os, environment: (name) => Deno.env.get(name) };

/** The folder for a program's own data: `~/.local/share/playswarm/peer` on Linux. */
export function dataFolder(program: string, platform: Platform = thisPlatform): string {
  const { os, environment } = platform;
  const home = homeFolder(platform);
  if (os === "windows") return `${environment("LOCALAPPDATA") ?? `${home}\\AppData\\Local`}\\Playswarm\\${program}`;
  if (os === "darwin") return `${home}/Library/Application Support/Playswarm/${program}`;
  return `${absolute(environment("XDG_DATA_HOME")) ?? `${home}/.local/share`}/playswarm/${program}`;
}

/** Where downloads go unless told otherwise: `~/Downloads/Playswarm`. */
export function downloadsFolder(platform: Platform = thisPlatform): string {
  const { os, environment } = platform;
  const home = homeFolder(platform);
  if (os === "windows") return `${home}\\Downloads\\Playswarm`;
  return `${absolute(environment("XDG_DOWNLOAD_DIR")) ?? `${home}/Downloads`}/Playswarm`;
}

/** Where the user keeps music or videos; the folder need not be there. `userDirs`: the text of `user-dirs.dirs`. */
export function mediaFolder(
  mode: PeerMode,
  options: { readonly platform?: Platform; readonly userDirs?: string } = {},
): string {
  const { platform = thisPlatform, userDirs = "" } = options;
  const home = homeFolder(platform);
  if (platform.os === "windows") return `${home}\\${mode === "audio" ? "Music" : "Videos"}`;
  if (platform.os === "darwin") return `${home}/${mode === "audio" ? "Music" : "Movies"}`;
  // The folders have names in the user's language (freedesktop.org, xdg-user-dirs).
  const name = mode === "audio" ? "MUSIC" : "VIDEOS";
  const named = new RegExp(`^XDG_${name}_DIR="(.+)"$`, "m").exec(userDirs)?.[1]?.replace(/^\$HOME/, () => home);
  return absolute(named?.replace(/\/$/, "")) ?? `${home}/${mode === "audio" ? "Music" : "Videos"}`;
}

/** Where the names of a user's folders stand on Linux. */
export function userDirsFile(platform: Platform = thisPlatform): string {
  return `${absolute(platform.environment("XDG_CONFIG_HOME")) ?? `${homeFolder(platform)}/.config`}/user-dirs.dirs`;
}

/** The user's own folder. */
export function homeFolder({ os, environment }: Platform = thisPlatform): string {
  return environment(os === "windows" ? "USERPROFILE" : "HOME") ?? (os === "windows" ? "C:\\" : "/");
}

/** The XDG specification has relative paths ignored. */
function absolute(path: string | undefined): string | undefined {
  return path?.startsWith("/") ? path : undefined;
}
