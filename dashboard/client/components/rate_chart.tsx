/**
 * How something went on over time, as lines. Drawn by uPlot on a canvas; its words say the same to who does not see it.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { colourOf, coloursVersion } from "../theme.ts";

/** One line. */
export interface ChartLine {
  readonly label: string;
  /** The name of its colour: a custom property `--chart-…` of the style sheet. */
  readonly colour: "down" | "up";
  /** One a moment. */
  readonly values: readonly number[];
}

/** What is drawn. */
export interface RateChartProps {
  /** What it is about, for the screen reader. */
  readonly title: string;
  /** Milliseconds since 1970, ascending. */
  readonly momentsMs: readonly number[];
  /** One or two lines with as many values. */
  readonly lines: readonly ChartLine[];
  /** The scale reaches at least so far: what is next to nothing lies at the foot. */
  readonly leastTop: number;
  /** Writes a value. */
  readonly format: (value: number) => string;
  readonly testId?: string;
}

/** CSS pixels: high enough to see a change, low enough for two of them on a telephone. */
const HEIGHT_PIXELS = 150;
/** Room for the words of the scale, as wide as the longest of them. */
const SCALE_PIXELS = 76;

/** Seconds between the moments that are named. */
const MOMENT_STEPS: readonly number[] = [60, 120, 300, 600, 1200, 3600];

/**
 * The chart.
 *
 * @param props see {@link RateChartProps}
 */
export function RateChart({ title, momentsMs, lines, leastTop, format, testId }: RateChartProps): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const data: uPlot.AlignedData = [momentsMs.map((ms) => ms / 1000), ...lines.map(({ values }) => [...values])];
  const colours = coloursVersion.value;
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const plot = new uPlot(optionsOf(element, { lines, leastTop, format }), data, element);
    chart.current = plot;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth !== plot.width) plot.setSize({ width: element.clientWidth, height: HEIGHT_PIXELS });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      chart.current = undefined;
    };
  }, [colours, lines.length]);
  useEffect(() => chart.current?.setData(data), [momentsMs.at(-1), momentsMs.length]);
  const words = lines.map(({ label, values }) => `${label}: ${format(values.at(-1) ?? 0)} now`).join(", ");
  return (
    <figure class="chart" data-testid={testId}>
      <figcaption class="facts">
        {lines.map(({ label, colour, values }) => (
          <span key={label} class={`key key-${colour}`}>{label} {format(values.at(-1) ?? 0)}</span>
        ))}
      </figcaption>
      <div ref={place} class="chart-place" role="img" aria-label={`${title}. ${words}.`} />
    </figure>
  );
}

function optionsOf(
  element: HTMLElement,
  { lines, leastTop, format }: Pick<RateChartProps, "lines" | "leastTop" | "format">,
): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => colourOf(element, `--chart-${name}`);
  const axis = { stroke: colour("words"), grid: { stroke: colour("grid"), width: 1 }, ticks: { show: false } };
  return {
    width: element.clientWidth,
    height: HEIGHT_PIXELS,
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 8, 0, 0],
    axes: [
      {
        ...axis,
        values: (_plot, moments) => moments.map(clock),
        incrs: [...MOMENT_STEPS],
        grid: { show: false },
        size: 26,
        font: fontOf(style),
      },
      {
        ...axis,
        values: (_plot, values) => values.map((value) => format(value)),
        size: SCALE_PIXELS,
        font: fontOf(style),
        space: 40,
      },
    ],
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(leastTop, most * 1.1)] } },
    series: [
      {},
      ...lines.map(({ label, colour: name }): uPlot.Series => ({
        label,
        stroke: colour(name),
        fill: colour(`${name}-ground`),
        width: 2,
        points: { show: false },
      })),
    ],
  };
}

function fontOf(style: CSSStyleDeclaration): string {
  return `12px ${style.fontFamily}`;
}

function clock(seconds: number): string {
  return new Date(seconds * 1000).toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hour12: false });
}
