/**
 * The commands of `peer` as the command line sees them: their flags and their help. What they do is loaded when they run.
 *
 * @module
 */
import type { Flag } from "../../shared/command_line.ts";
import type { Endpoint } from "../../shared/endpoint.ts";
import type { Help } from "../../shared/help_text.ts";
import {
  configFlag,
  dashboardFlag as dashboardFlagAt,
  dataFlag,
  hostFlag,
  keyFlag,
  logLevelFlag,
  noLanFlag,
  noOpenFlag,
  openFlag,
  passwordFlag,
  portFlag,
  versionFlag,
} from "../../shared/program_flags.ts";
import {
  dhtFlag,
  downloadRateFlag,
  downloadsFlag,
  filesFlag,
  jsonFlag,
  mapPortFlag,
  modeFlag,
  nameFlag,
  outputFlag,
  peerFlag,
  seedFlag,
  shareFlag,
  toFlag,
  trackerFlag,
  uploadRateFlag,
} from "../flags.ts";

/** `--port` of a peer that others shall find again. */
export const listenFlag: Flag<number> = portFlag("port", {
  help: "TCP port where peers reach us (6881)",
  fallback: 6881,
});
/** `--port` of a peer that comes and goes. */
export const anyPortFlag: Flag<number> = portFlag("port", { help: "TCP port where peers reach us (any)", fallback: 0 });
/** `--dashboard`. */
export const dashboardFlag: Flag<Endpoint> = dashboardFlagAt(8080);
/** `peer`. */
export const dashboardHelp: Help = {
  name: "peer",
  about: "Watch and hear what your community shares, at once, every byte verified.",
  usage: [
    ["peer [flags]"],
    ["peer download SOURCE... --to DIR", "fetch files and leave"],
    ["peer share PATH...", "share without a dashboard"],
    ["peer create PATH", "make a .torrent file"],
    ["peer completions SHELL", "for bash, zsh or fish"],
  ],
  usual: [modeFlag, trackerFlag, shareFlag, downloadsFlag, openFlag, configFlag],
  further: [
    hostFlag,
    listenFlag,
    dashboardFlag,
    passwordFlag,
    keyFlag,
    nameFlag,
    downloadRateFlag,
    uploadRateFlag,
    noLanFlag,
    dhtFlag,
    mapPortFlag,
    dataFlag,
    noOpenFlag,
    logLevelFlag,
    versionFlag,
  ],
  examples: [
    "peer --mode video --tracker media.home --share ~/Videos",
    'peer download "Northern Lights.mp4" --to . --tracker media.home',
  ],
};

/** `peer download`. */
export const downloadHelp: Help = {
  name: "peer download",
  about: "Fetch files and leave. After an interruption the same command goes on.",
  usage: [["peer download SOURCE... --to DIR [flags]"]],
  operands: "SOURCE: a .torrent file, a magnet link, an info-hash or a name in the catalogue.",
  usual: [toFlag, filesFlag, trackerFlag, peerFlag, seedFlag, jsonFlag, configFlag],
  further: [
    hostFlag,
    anyPortFlag,
    keyFlag,
    nameFlag,
    downloadRateFlag,
    uploadRateFlag,
    noLanFlag,
    dhtFlag,
    mapPortFlag,
    logLevelFlag,
  ],
  examples: [
    'peer download "Northern Lights.mp4" --to . --tracker media.home',
    "peer download film.torrent --to ~/Videos --peer 192.168.1.20:6881",
  ],
};

/** `peer share`. */
export const shareHelp: Help = {
  name: "peer share",
  about: "Share files and folders until interrupted. Prints a magnet link for each file.",
  usage: [["peer share PATH... [flags]"]],
  usual: [trackerFlag, modeFlag, listenFlag, keyFlag, uploadRateFlag, configFlag],
  further: [nameFlag, hostFlag, noLanFlag, dhtFlag, mapPortFlag, dataFlag, logLevelFlag],
  examples: ["peer share ~/Videos --tracker media.home"],
};

/** `peer create`. */
export const createHelp: Help = {
  name: "peer create",
  about: "Make a .torrent file: v1 and v2 in one, the same for a file on every machine.",
  usage: [["peer create PATH [-o FILE.torrent] [--tracker HOST[:PORT]]"]],
  usual: [outputFlag, trackerFlag, jsonFlag, configFlag],
  further: [keyFlag, logLevelFlag],
  examples: ["peer create film.mp4 --tracker media.home"],
};
