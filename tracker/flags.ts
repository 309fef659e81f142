/**
 * The flags of `tracker`.
 *
 * @module
 */
import { type Flag, listFlag, numberFlag, textFlag } from "../shared/command_line.ts";
import type { Endpoint } from "../shared/endpoint.ts";
import type { Help } from "../shared/help_text.ts";
import {
  configFlag,
  dashboardFlag as dashboardFlagAt,
  dataFlag,
  hostFlag,
  keyFlag,
  logFormatFlag,
  logLevelFlag,
  noLanFlag,
  noOpenFlag,
  openFlag,
  passwordFlag,
  portFlag,
  printConfigFlag,
  versionFlag,
} from "../shared/program_flags.ts";
import { DEFAULT_REQUESTS_PER_SECOND } from "./request_limits.ts";

/** `--port`. */
export const announceFlag: Flag<number> = portFlag("port", {
  help: "UDP and TCP port for announces and the catalogue (6969)",
  fallback: 6969,
});
/** `--dashboard`. */
export const dashboardFlag: Flag<Endpoint> = dashboardFlagAt(6970);
/** `--library`. */
export const libraryFlag: Flag<readonly string[]> = listFlag("library", {
  help: "Folder of media that the tracker itself seeds",
  placeholder: "DIR",
});
/** `--peer-port`. */
export const peerPortFlag: Flag<number> = portFlag("peer-port", {
  help: "TCP port where peers reach the library (6971)",
  fallback: 6971,
});
/** `--interval`. */
export const intervalFlag: Flag<number> = numberFlag("interval", {
  help: "Seconds between announces (60)",
  placeholder: "SECONDS",
  min: 1,
  max: 1800,
  fallback: 60,
});
/** `--store`. */
export const storeFlag: Flag<string | undefined> = textFlag("store", {
  help: "Redis or Valkey that several trackers of one community share",
  placeholder: "redis://HOST:PORT",
});
/** `--allow`. */
export const allowFlag: Flag<string | undefined> = textFlag("allow", {
  help: "List of info-hashes or addresses: only those are served",
  placeholder: "FILE",
});
/** `--deny`. */
export const denyFlag: Flag<string | undefined> = textFlag("deny", {
  help: "List of info-hashes or addresses that are not served",
  placeholder: "FILE",
});
/** `--rate-limit`. */
export const rateLimitFlag: Flag<number> = numberFlag("rate-limit", {
  help: `Requests a second from one address (${DEFAULT_REQUESTS_PER_SECOND}; 0: no limit)`,
  min: 0,
  max: 1_000_000,
  fallback: DEFAULT_REQUESTS_PER_SECOND,
});

/** What `tracker --help` says. */
export const trackerHelp: Help = {
  name: "tracker",
  about: "The meeting point of a community that shares its own audio and video.",
  usage: [["tracker [flags]"]],
  usual: [libraryFlag, announceFlag, dashboardFlag, passwordFlag, keyFlag, configFlag, dataFlag, openFlag],
  further: [
    hostFlag,
    peerPortFlag,
    intervalFlag,
    allowFlag,
    denyFlag,
    storeFlag,
    rateLimitFlag,
    noLanFlag,
    noOpenFlag,
    logLevelFlag,
    logFormatFlag,
    printConfigFlag,
    versionFlag,
  ],
  examples: ["tracker --library ~/Music --library ~/Videos", "tracker --port 7000 --key our-secret"],
};
