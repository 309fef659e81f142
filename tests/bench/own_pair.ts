/**
 * Scenario b: one file from a program to another of its own kind, ours and libtorrent's.
 *
 * @module
 */
import { libtorrentLeecher, ourLeecher, present } from "./leechers.ts";
import type { Scenario } from "./scenario.ts";
import { startLibtorrentSeeder, startOurSeeder } from "./seeders.ts";
import {
  compareRates,
  judgeMemory,
  type Pairing,
  TRANSFER_LENGTH,
  transferColumns,
  transferContender,
} from "./transfer_scenario.ts";

const OURS = "peer share → peer download";
const THEIRS = "libtorrent → libtorrent";

/** See the module. */
export const ownPair: Scenario = {
  letter: "b",
  title: "one file from a program to another of its kind",
  columns: transferColumns,
  contenders: async (stage) => {
    const content = await stage.content(TRANSFER_LENGTH);
    const ours: Pairing = { name: OURS, leecher: ourLeecher, startSeeder: startOurSeeder };
    const theirs = present([libtorrentLeecher]).map((leecher): Pairing => ({
      name: THEIRS,
      leecher,
      startSeeder: startLibtorrentSeeder,
    }));
    return [ours, ...theirs].map((pairing) => transferContender(pairing, { content, stage }));
  },
  conclude: (
    medians,
  ) => [compareRates(medians, { ours: OURS, theirs: THEIRS, target: 1.3 }), judgeMemory(medians, OURS)],
};
