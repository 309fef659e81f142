/**
 * Scenarios a, b and c: one file from one libtorrent seeder, from a program to another of its own kind, and from four
 * libtorrent seeders at once.
 *
 * @module
 */
import { foreignContenders } from "./foreign_leechers.ts";
import { libtorrentLeecher, ourLeecher, present } from "./leechers.ts";
import type { Contender, Scenario } from "./scenario.ts";
import { startLibtorrentSeeder, startOurSeeder } from "./seeders.ts";
import {
  compareRates,
  judgeMemory,
  type Pairing,
  type Place,
  TRANSFER_LENGTH,
  transferColumns,
  transferContender,
} from "./transfer_scenario.ts";

/** How much faster than libtorrent we mean to be. */
const AIM = 1.3;

const OURS_FROM_ONE: Pairing = {
  name: "libtorrent → peer download",
  leecher: ourLeecher,
  startSeeder: startLibtorrentSeeder,
};
const OURS_FROM_OURS: Pairing = {
  name: "peer share → peer download",
  leecher: ourLeecher,
  startSeeder: startOurSeeder,
};
const OURS_FROM_FOUR: Pairing = { ...OURS_FROM_ONE, name: "four libtorrents → peer download", seederCount: 4 };
const THEIRS: Pairing = {
  name: "libtorrent → libtorrent",
  leecher: libtorrentLeecher,
  startSeeder: startLibtorrentSeeder,
};
const THEIRS_FROM_FOUR: Pairing = { ...THEIRS, name: "four libtorrents → libtorrent", seederCount: 4 };

/** Scenario a. */
export const oneSeeder: Scenario = transferScenario({
  letter: "a",
  title: "one file from one libtorrent seeder",
  ours: OURS_FROM_ONE,
  others: [THEIRS],
  further: foreignContenders,
  target: AIM,
});

/** Scenario b. */
export const ownPair: Scenario = transferScenario({
  letter: "b",
  title: "one file from a program to another of its kind",
  ours: OURS_FROM_OURS,
  others: [THEIRS],
  target: AIM,
});

/** Scenario c; the four are to be no slower than one of them. */
export const fourSeeders: Scenario = transferScenario({
  letter: "c",
  title: "one file from four libtorrent seeders",
  ours: OURS_FROM_FOUR,
  others: [OURS_FROM_ONE, THEIRS_FROM_FOUR],
  target: 1,
});

/** Ours beside others, of which it is compared with the first; whoever needs libtorrent is left out without it. */
function transferScenario(
  options: {
    readonly letter: string;
    readonly title: string;
    readonly ours: Pairing;
    readonly others: readonly [Pairing, ...Pairing[]];
    /** Who takes part beside them where there is libtorrent. */
    readonly further?: (place: Place) => Promise<readonly Contender[]>;
    readonly target: number;
  },
): Scenario {
  const { letter, title, ours, others, further, target } = options;
  return {
    letter,
    title,
    columns: transferColumns,
    contenders: async (stage) => {
      const hasLibtorrent = present([libtorrentLeecher]).length > 0;
      const pairings = [ours, ...others].filter((pairing) => hasLibtorrent || pairing === OURS_FROM_OURS);
      if (pairings.length === 0) return [];
      const content = await stage.content(TRANSFER_LENGTH);
      const place = { content, stage };
      return [
        ...pairings.map((pairing) => transferContender(pairing, place)),
        ...hasLibtorrent && further !== undefined ? await further(place) : [],
      ];
    },
    conclude: (medians) => [
      compareRates(medians, { ours: ours.name, theirs: others[0].name, target }),
      judgeMemory(medians, ours.name),
    ],
  };
}
