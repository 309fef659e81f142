/**
 * The flags of `peer` and its commands.
 *
 * @module
 */
import {
  choiceFlag,
  type CommandLine,
  type Flag,
  listFlag,
  numberFlag,
  switchFlag,
  textFlag,
  UsageError,
} from "../shared/command_line.ts";
import { checkDisplayName } from "../shared/display_name.ts";
import type { PeerMode } from "../shared/media_kind.ts";
import { keyFlag } from "../shared/program_flags.ts";
import { type CommunityAddress, readTrackerAddress } from "./tracker_address.ts";

/** `--mode`. */
export const modeFlag: Flag<PeerMode | undefined> = choiceFlag("mode", {
  help: "Show and share only these (default: you are asked)",
  choices: ["audio", "video"],
});
/** `--tracker`. */
export const trackerFlag: Flag<string | undefined> = textFlag("tracker", {
  help: "Your community's tracker, or an announce address",
  placeholder: "HOST[:PORT]",
});
/** `--share`. */
export const shareFlag: Flag<readonly string[]> = listFlag("share", {
  help: "Folder to share with the community",
  placeholder: "DIR",
});
/** `--downloads`. */
export const downloadsFlag: Flag<string | undefined> = textFlag("downloads", {
  help: "Where downloads go (~/Downloads/Playswarm)",
  placeholder: "DIR",
});
/** `--to`. */
export const toFlag: Flag<string | undefined> = textFlag("to", { help: "Where to put the files", placeholder: "DIR" });
/** `--peer`. */
export const peerFlag: Flag<readonly string[]> = listFlag("peer", {
  help: "A peer that has it",
  placeholder: "HOST:PORT",
});
/** `--files`. */
export const filesFlag: Flag<string | undefined> = textFlag("files", {
  help: "Only these files of the torrent, counted from 0: 0,2-4",
  placeholder: "LIST",
});
/** `--seed`. */
export const seedFlag: Flag<boolean> = switchFlag("seed", { help: "Go on seeding until interrupted" });
/** `--output`. */
export const outputFlag: Flag<string | undefined> = textFlag("output", {
  help: "Where to write the torrent (NAME.torrent)",
  placeholder: "FILE",
  letter: "o",
});
/** `--json`. */
export const jsonFlag: Flag<boolean> = switchFlag("json", { help: "Tell of each file in a line of JSON" });
/** `--dht`. */
export const dhtFlag: Flag<boolean> = switchFlag("dht", { help: "Find peers all over the world by the DHT" });
/** `--map-port`. */
export const mapPortFlag: Flag<boolean> = switchFlag("map-port", {
  help: "Ask the router to let peers in (NAT-PMP, UPnP)",
});
/** `--download-rate`. */
export const downloadRateFlag: Flag<number> = rateFlag("download-rate", "Download at most so many KB a second");
/** `--upload-rate`. */
export const uploadRateFlag: Flag<number> = rateFlag("upload-rate", "Upload at most so many KB a second");

/** `--name`. */
export const nameFlag: Flag<string | undefined> = {
  ...textFlag("name", { help: "What this peer is called, for all to see", placeholder: "NAME" }),
  read: (texts) => texts.at(-1) === undefined ? undefined : readName(texts.at(-1) ?? ""),
};

/** The community that the command line names, with the key of `--key`, else of its address. @throws UsageError */
export function communityOf(line: CommandLine): CommunityAddress | undefined {
  const text = line.value(trackerFlag);
  if (text === undefined) return undefined;
  const address = readTrackerAddress(text);
  if (address === undefined) {
    throw new UsageError(`Cannot read --tracker as HOST[:PORT]: current value is ${JSON.stringify(text)}`);
  }
  const key = line.value(keyFlag) ?? address.key;
  return { tracker: address.tracker, ...(key === undefined ? {} : { key }) };
}

/** The limits from the command line, in bytes a second; nothing where there is none. @throws UsageError */
export function ratesOf(line: CommandLine): { readonly downloadRate?: number; readonly uploadRate?: number } {
  const download = line.value(downloadRateFlag);
  const upload = line.value(uploadRateFlag);
  return {
    ...(download === 0 ? {} : { downloadRate: download * 1000 }),
    ...(upload === 0 ? {} : { uploadRate: upload * 1000 }),
  };
}

function readName(text: string): string {
  const checked = checkDisplayName(text);
  if (checked.type === "taken") return checked.name;
  throw new UsageError(`Cannot read --name as a name: ${checked.reason}`);
}

function rateFlag(name: string, help: string): Flag<number> {
  return numberFlag(name, { help, placeholder: "KB", min: 1, max: 1_000_000_000, fallback: 0 });
}
