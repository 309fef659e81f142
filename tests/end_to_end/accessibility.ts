/**
 * What `axe-core` finds wrong with a page: rules of WCAG that a program can check.
 *
 * @module
 */
import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";

/** Fails unless a page is without violations, and not wider than its window. */
export async function assertAccessible(page: Page): Promise<void> {
  // By the browser's own console, which no Content-Security-Policy binds.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const runner: unknown = Reflect.get(globalThis, "axe");
    if (typeof runner !== "object" || runner === null) throw new TypeError("axe did not load");
    const run: unknown = Reflect.get(runner, "run");
    if (typeof run !== "function") throw new TypeError("axe cannot run");
    const { violations } = await run.call(runner, document, { resultTypes: ["violations"] });
    return violations.map((violation: { id: string; help: string; nodes: { html: string }[] }) => ({
      rule: `${violation.id}: ${violation.help}`,
      nodes: violation.nodes.map(({ html }) => html.slice(0, 200)),
    }));
  });
  assert.deepEqual(found, [], `at ${page.url()}`);
  const { width, windowWidth } = await page.evaluate(() => ({
    width: document.documentElement.scrollWidth,
    windowWidth: document.documentElement.clientWidth,
  }));
  assert.ok(width <= windowWidth, `${page.url()} is ${width} pixels wide in a window of ${windowWidth}`);
}
