/**
 * How fast a torrent came and went in the last minutes, from the moment its page was opened.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { formatRate } from "../../../shared/format.ts";
import { usePeer } from "../shell_context.ts";
import { RateChart } from "./rate_chart.tsx";

interface RateSample {
  readonly atMs: number;
  readonly downloadRate: number;
  readonly uploadRate: number;
}

/** Once a second is as often as rates mean something. */
const SAMPLE_MS = 1000;
/** Five minutes. */
const MAX_SAMPLES = 300;

/**
 * The chart of a torrent's rates.
 *
 * @param props which torrent
 */
export function TorrentRates({ infoHash }: { readonly infoHash: string }): JSX.Element {
  const { store } = usePeer();
  const samples = useSignal<readonly RateSample[]>([]);
  useEffect(() => {
    const take = () => {
      const { downloadRate = 0, uploadRate = 0 } = store.torrents.peek().get(infoHash) ?? {};
      samples.value = [...samples.value, { atMs: Date.now(), downloadRate, uploadRate }].slice(-MAX_SAMPLES);
    };
    take();
    const timer = setInterval(take, SAMPLE_MS);
    return () => clearInterval(timer);
  }, [infoHash]);
  return (
    <section class="panel">
      <h2>Speed</h2>
      <RateChart
        title="Speed of the last minutes"
        momentsMs={samples.value.map(({ atMs }) => atMs)}
        lines={[
          { label: "Down", colour: "down", values: samples.value.map(({ downloadRate }) => downloadRate) },
          { label: "Up", colour: "up", values: samples.value.map(({ uploadRate }) => uploadRate) },
        ]}
        leastTop={1000}
        format={formatRate}
        testId="rate-chart"
      />
    </section>
  );
}
