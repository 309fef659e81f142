/**
 * Runs the contenders of a scenario in turns and shows the median of each figure.
 *
 * @module
 */
import type { Column, Contender, Figures, Scenario } from "./scenario.ts";
import type { Stage } from "./stage.ts";

/** Unless a scenario or the user says otherwise. */
const DEFAULT_ROUNDS = 3;

/** Runs a scenario and prints its table. */
export async function runScenario(
  scenario: Scenario,
  options: { readonly stage: Stage; readonly rounds: number | undefined },
): Promise<void> {
  const { stage } = options;
  const rounds = options.rounds ?? scenario.rounds ?? DEFAULT_ROUNDS;
  console.log(`\n(${scenario.letter}) ${scenario.title}; median of ${rounds}`);
  const contenders = await scenario.contenders(stage);
  const medians = await runInTurns(contenders, { rounds, rest: () => stage.rest() });
  for (const line of tableOf(scenario.columns, medians)) console.log(line);
  for (const sentence of scenario.conclude?.(medians) ?? []) console.log(`  ${sentence}`);
}

/** Each contender once, then each once more, and so on: a slow minute of the machine meets them all. */
export async function runInTurns(
  contenders: readonly Contender[],
  options: { readonly rounds: number; readonly rest: () => Promise<void> },
): Promise<ReadonlyMap<string, Figures>> {
  const runs = new Map<string, Figures[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < options.rounds; round++) {
    for (const { name, run } of contenders) {
      await options.rest();
      runs.get(name)?.push(await run());
    }
  }
  return new Map([...runs].map(([name, list]) => [name, mediansOf(list)]));
}

/** The median of each figure by itself: the run with the median time need not be the one with the median memory. */
export function mediansOf(runs: readonly Figures[]): Figures {
  const names = Object.keys(runs[0] ?? {});
  return Object.fromEntries(names.map((name) => [name, median(runs.map((figures) => figures[name] ?? NaN))]));
}

/** The table's lines, columns aligned to the right. */
export function tableOf(columns: readonly Column[], rows: ReadonlyMap<string, Figures>): readonly string[] {
  const cells = [
    ["", ...columns.map(({ name }) => name)],
    ...[...rows].map(([name, figures]) => [name, ...columns.map((column) => cellOf(column, figures))]),
  ];
  const widths = cells[0]?.map((_, index) => Math.max(...cells.map((row) => row[index]?.length ?? 0))) ?? [];
  return cells.map((row) => {
    const aligned = row.map((cell, index) =>
      index === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[index] ?? 0)
    );
    return `  ${aligned.join("   ")}`;
  });
}

function cellOf({ name, format }: Column, figures: Figures): string {
  const figure = figures[name];
  return figure === undefined || Number.isNaN(figure) ? "–" : format(figure);
}

function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}
