/**
 * Scenario a: one file from one libtorrent seeder.
 *
 * @module
 */
import { libtorrentLeecher, ourLeecher, present } from "./leechers.ts";
import type { Scenario } from "./scenario.ts";
import { startLibtorrentSeeder } from "./seeders.ts";
import { compareRates, judgeMemory, TRANSFER_LENGTH, transferColumns, transferContender } from "./transfer_scenario.ts";

/** See the module. */
export const oneSeeder: Scenario = {
  letter: "a",
  title: "one file from one libtorrent seeder",
  columns: transferColumns,
  contenders: async (stage) => {
    // The seeder is libtorrent's, so without it there is nobody to take from.
    if (present([libtorrentLeecher]).length === 0) return [];
    const content = await stage.content(TRANSFER_LENGTH);
    return [ourLeecher, libtorrentLeecher].map((leecher) =>
      transferContender({ name: leecher.name, leecher, startSeeder: startLibtorrentSeeder }, { content, stage })
    );
  },
  conclude: (medians) => [
    compareRates(medians, { ours: ourLeecher.name, theirs: libtorrentLeecher.name, target: 1.3 }),
    judgeMemory(medians, ourLeecher.name),
  ],
};
