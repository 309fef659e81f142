import assert from "node:assert/strict";
import { mediansOf, runInTurns, tableOf } from "./rounds.ts";

Deno.test("contenders take turns, with a rest before each run", async () => {
  const log: string[] = [];
  const contender = (name: string) => ({
    name,
    run: () => {
      log.push(name);
      return Promise.resolve({ seconds: log.length });
    },
  });
  const rest = () => Promise.resolve(void log.push("rest"));
  const medians = await runInTurns([contender("ours"), contender("theirs")], { rounds: 2, rest });
  assert.deepEqual(log, ["rest", "ours", "rest", "theirs", "rest", "ours", "rest", "theirs"]);
  assert.deepEqual([...medians], [["ours", { seconds: 4 }], ["theirs", { seconds: 6 }]]);
});

Deno.test("the median of each figure is its own", () => {
  assert.deepEqual(mediansOf([{ a: 1, b: 9 }, { a: 3, b: 7 }, { a: 2, b: 8 }]), { a: 2, b: 8 });
});

Deno.test("a table aligns its columns and shows a figure that was not measured as a dash", () => {
  const columns = [{ name: "rate", format: (figure: number) => `${figure} MB/s` }];
  assert.deepEqual(tableOf(columns, new Map([["ours", { rate: 1_000 }], ["another", {}]])), [
    "                 rate",
    "  ours      1000 MB/s",
    "  another           –",
  ]);
});
