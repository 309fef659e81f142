import assert from "node:assert/strict";
import { browserTest } from "../end_to_end/browser.ts";
import { soak } from "./soak.ts";

/** What compiling, caches and what just came in make of difference between two looks in the same state of rest. */
const MARGIN = { share: 1.15, bytes: 1_500_000, nodes: 150 } as const;

browserTest("updates, clients, shares and pages that come and go leave nothing behind", async (browser, scope) => {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  const parts = { partCount: 2, partSeconds: 3, warmUpSeconds: 3 };
  const { looks, ...counts } = await soak(scope, { ...parts, readerCount: 20, seed, browser, stayMs: 60 });
  const [first, , last] = looks;
  console.log(JSON.stringify({ seed, ...counts, first, last }));
  assert.ok(first !== undefined && last !== undefined);
  assert.ok(counts.updateCount > 500 && counts.announceCount > 200 && counts.shareCount > 2, JSON.stringify(counts));
  for (const program of ["tracker", "peer"] as const) {
    const [before, after] = [first[program], last[program]].map((held) => held.heapBytes + held.bufferBytes);
    assertHeld(`the ${program}`, { before: before ?? NaN, after: after ?? NaN });
  }
  for (const [index, before] of first.pages.entries()) {
    const after = last.pages[index] ?? { heapBytes: NaN, nodeCount: NaN };
    assertHeld(`page ${index}`, { before: before.heapBytes, after: after.heapBytes });
    assert.ok(after.nodeCount <= before.nodeCount + MARGIN.nodes, `page ${index}: ${after.nodeCount} nodes`);
  }
});

function assertHeld(what: string, { before, after }: { readonly before: number; readonly after: number }): void {
  assert.ok(after <= before * MARGIN.share + MARGIN.bytes, `${what} held ${before} bytes, then ${after}`);
}
