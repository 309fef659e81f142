/**
 * Scenario f: fifty leechers take a file from one of our seeders at once, beside one leecher that takes as much alone.
 *
 * @module
 */
import { formatBytes } from "../../shared/format.ts";
import { decodeMetainfo } from "../../shared/metainfo.ts";
import { ourLeecher } from "./leechers.ts";
import { Meter } from "./measured_process.ts";
import { leechRaw } from "./raw_leecher.ts";
import type { Figures, Scenario } from "./scenario.ts";
import { startOurSeeder } from "./seeders.ts";
import type { Content, Stage } from "./stage.ts";
import { compareRates, TRANSFER_LENGTH, transferColumns, transferContender } from "./transfer_scenario.ts";

const LEECHER_COUNT = 50;
/** What each of the crowd takes: together three times what one takes in scenario b. */
const CROWD_LENGTH = 64 * 1024 * 1024;

const CROWD = `peer share → ${LEECHER_COUNT} leechers that keep nothing`;
const PAIR = "peer share → peer download";

/** See the module. */
export const crowd: Scenario = {
  letter: "f",
  title: `${LEECHER_COUNT} leechers take ${
    formatBytes(CROWD_LENGTH)
  } each from one seeder; memory is the seeder's there`,
  columns: transferColumns,
  contenders: async (stage) => {
    const content = await stage.content(TRANSFER_LENGTH);
    const crowdContent = await stage.content(CROWD_LENGTH);
    return [
      { name: CROWD, run: () => serveCrowd(crowdContent, stage) },
      transferContender({ name: PAIR, leecher: ourLeecher, startSeeder: startOurSeeder }, { content, stage }),
    ];
  },
  conclude: (medians) => [compareRates(medians, { ours: CROWD, theirs: PAIR, target: 0.8 })],
};

async function serveCrowd(content: Content, stage: Stage): Promise<Figures> {
  const { info } = decodeMetainfo(await Deno.readFile(content.torrent));
  await using seeder = await startOurSeeder(content, stage);
  const meter = new Meter(seeder.pid);
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: LEECHER_COUNT }, () => leechRaw(seeder.endpoint, info)));
  const seconds = (performance.now() - startedAt) / 1000;
  const { cpuSeconds, peakBytes } = meter.stop();
  return {
    "rate": LEECHER_COUNT * content.length / seconds / 1e6,
    "transfer": seconds,
    "peak memory": peakBytes,
    "cpu of the seeders": cpuSeconds,
  };
}
