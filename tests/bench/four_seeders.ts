/**
 * Scenario c: one file from four seeders at once, beside the same from one of them.
 *
 * @module
 */
import { libtorrentLeecher, ourLeecher, present } from "./leechers.ts";
import type { Scenario } from "./scenario.ts";
import { startLibtorrentSeeder } from "./seeders.ts";
import {
  compareRates,
  judgeMemory,
  type Pairing,
  TRANSFER_LENGTH,
  transferColumns,
  transferContender,
} from "./transfer_scenario.ts";

const FROM_FOUR = "peer download from four";
const FROM_ONE = "peer download from one";

/** See the module. */
export const fourSeeders: Scenario = {
  letter: "c",
  title: "one file from four libtorrent seeders",
  columns: transferColumns,
  contenders: async (stage) => {
    // The seeders are libtorrent's, so without it there is nobody to take from.
    if (present([libtorrentLeecher]).length === 0) return [];
    const content = await stage.content(TRANSFER_LENGTH);
    const pairings: readonly Pairing[] = [
      { name: FROM_FOUR, leecher: ourLeecher, startSeeder: startLibtorrentSeeder, seederCount: 4 },
      { name: FROM_ONE, leecher: ourLeecher, startSeeder: startLibtorrentSeeder },
      { name: "libtorrent from four", leecher: libtorrentLeecher, startSeeder: startLibtorrentSeeder, seederCount: 4 },
    ];
    return pairings.map((pairing) => transferContender(pairing, { content, stage }));
  },
  conclude: (medians) => [
    compareRates(medians, { ours: FROM_FOUR, theirs: FROM_ONE, target: 1 }),
    judgeMemory(medians, FROM_FOUR),
  ],
};
