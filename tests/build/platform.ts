/**
 * The platforms that executables are made for.
 *
 * @module
 */

/** A platform as users, the compiler and the programs see it. */
export interface Platform {
  /** As in the archive's name: `linux-x86_64`. */
  readonly name: string;
  /** As the compiler calls it. */
  readonly target: string;
  /** What stands behind an executable's name. */
  readonly suffix: "" | ".exe";
  /** How an archive is packed there. */
  readonly archive: "tar.gz" | "zip";
  /** The command that opens the browser, the only one that our programs run. */
  readonly opener: string;
}

const LINUX = { suffix: "", archive: "tar.gz", opener: "xdg-open" } as const;
const MACOS = { suffix: "", archive: "tar.gz", opener: "open" } as const;
const WINDOWS = { suffix: ".exe", archive: "zip", opener: "cmd" } as const;

/** All of them. */
export const PLATFORMS: readonly Platform[] = [
  { name: "linux-x86_64", target: "x86_64-unknown-linux-gnu", ...LINUX },
  { name: "linux-arm64", target: "aarch64-unknown-linux-gnu", ...LINUX },
  { name: "macos-x86_64", target: "x86_64-apple-darwin", ...MACOS },
  { name: "macos-arm64", target: "aarch64-apple-darwin", ...MACOS },
  { name: "windows-x86_64", target: "x86_64-pc-windows-msvc", ...WINDOWS },
];

/** The one that we run on; undefined where none is made for it. */
export function thisPlatform(): Platform | undefined {
  return PLATFORMS.find(({ target }) => target === Deno.build.target);
}
