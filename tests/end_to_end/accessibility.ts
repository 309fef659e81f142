/**
 * What `axe-core` finds wrong with a page: rules of WCAG that a program can check.
 *
 * @module
 */
import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";

/** What stands around a page, on every one of them, and is looked at by its own test. */
const AROUND = ["header.app-bar", ".notices"];

/** Fails unless the page is without violations, and not wider than its window. */
export async function assertPageAccessible(page: Page): Promise<void> {
  // By the browser's own console, which no Content-Security-Policy binds.
  await page.evaluate(axe.source);
  const found = await page.evaluate(async (around) => {
    const runner: unknown = Reflect.get(globalThis, "axe");
    if (typeof runner !== "object" || runner === null) throw new TypeError("axe did not load");
    const run: unknown = Reflect.get(runner, "run");
    if (typeof run !== "function") throw new TypeError("axe cannot run");
    const { violations } = await run.call(runner, { exclude: around }, { resultTypes: ["violations"], preload: false });
    return violations.map((violation: { id: string; help: string; nodes: { html: string }[] }) => ({
      rule: `${violation.id}: ${violation.help}`,
      nodes: violation.nodes.map(({ html }) => html.slice(0, 200)),
    }));
  }, AROUND);
  assert.deepEqual(found, [], `at ${page.url()}`);
  const { width, windowWidth } = await page.evaluate(() => ({
    width: document.documentElement.scrollWidth,
    windowWidth: document.documentElement.clientWidth,
  }));
  assert.ok(width <= windowWidth, `${page.url()} is ${width} pixels wide in a window of ${windowWidth}`);
}

/**
 * What of a page moves by itself or would at a touch: transitions, animations and smooth scrolling, of its elements and of
 * what style sheets put before and after them.
 */
export async function movingParts(page: Page): Promise<readonly string[]> {
  return await page.evaluate(() =>
    [...document.querySelectorAll("*")].flatMap((element) =>
      [undefined, "::before", "::after"].flatMap((part) => {
        const { transitionProperty, transitionDuration, animationName, scrollBehavior } = getComputedStyle(
          element,
          part,
        );
        const moves = [
          ...(/^(none)?$/.test(transitionProperty) || /^[0s, ]*$/.test(transitionDuration) ? [] : ["transition"]),
          ...(/^(none)?$/.test(animationName) ? [] : ["animation"]),
          ...(scrollBehavior === "smooth" ? ["scrolling"] : []),
        ];
        return moves.map((move) => `${move} of ${element.tagName}.${element.getAttribute("class") ?? ""}${part ?? ""}`);
      })
    )
  );
}
