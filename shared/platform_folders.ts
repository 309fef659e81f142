/**
 * Where the platform keeps a program's data and a user's downloads: the XDG base directories on Linux, the application
 * support folder on macOS, the local application data on Windows.
 *
 * @module
 */

/** What the folders depend on. */
export interface Platform {
  readonly os: typeof Deno.build.os;
  readonly environment: (name: string) => string | undefined;
}

/** The platform that we run on. */
export const thisPlatform: Platform = { os: Deno.build.os, environment: (name) => Deno.env.get(name) };

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

/** The user's own folder. */
export function homeFolder({ os, environment }: Platform = thisPlatform): string {
  return environment(os === "windows" ? "USERPROFILE" : "HOME") ?? (os === "windows" ? "C:\\" : "/");
}

/** The XDG specification has relative paths ignored. */
function absolute(path: string | undefined): string | undefined {
  return path?.startsWith("/") ? path : undefined;
}
