import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";
import { movingParts } from "./accessibility.ts";
import { browserTest, byId } from "./browser.ts";
import { openSite } from "./site.ts";

browserTest("axe-core finds no violation on any page, light and dark", async (browser, scope) => {
  const { pages } = await openSite(scope);
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.open("about:blank", { colorScheme });
    for (const { name, url } of pages) {
      await page.goto(url);
      await untilShown(page);
      assert.deepEqual(await violations(page), [], `${name}, ${colorScheme}`);
    }
  }
});

browserTest("axe-core finds no violation in the dialogs and menus", async (browser, scope) => {
  const { pages, peer } = await openSite(scope);
  const page = await browser.open(`${peer.url}/sharing`);
  await page.locator(byId("share-choose")).click();
  await page.locator(byId("folder-path")).getByText("/").waitFor();
  assert.deepEqual(await violations(page), [], "the folder chooser");
  await page.goto(`${peer.url}/downloads`);
  await page.locator(byId("remove")).first().click();
  await page.locator(byId("confirm")).waitFor();
  assert.deepEqual(await violations(page), [], "the question");
  await page.keyboard.press("Escape");
  await page.locator(byId("confirm")).waitFor({ state: "detached" });
  assert.ok(pages.length > 0);
});

browserTest("whatever can be clicked on any page is reached with the Tab key", async (browser, scope) => {
  const { pages } = await openSite(scope);
  const page = await browser.open("about:blank");
  for (const { name, url } of pages) {
    await page.goto(url);
    await untilShown(page);
    assert.deepEqual(await unreached(page), [], name);
  }
});

browserTest("from the search into the list, to a film and back, without a mouse", async (browser, scope) => {
  const { peer } = await openSite(scope);
  const page = await browser.open(peer.url);
  await page.locator('[data-index="0"]').waitFor();
  assert.equal(await focused(page), "search", "the search has the focus at the start");
  await page.keyboard.type("tide");
  await page.locator('[data-index="1"]').waitFor({ state: "detached" });
  await page.keyboard.press("ArrowDown");
  assert.equal(await focused(page), "play");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/play\//);
  await page.goBack();
  await page.locator('[data-index="0"]').waitFor();
  await page.locator("h1").click();
  await page.keyboard.press("/");
  assert.equal(await focused(page), "search");
  await page.keyboard.press("Control+A");
  await page.keyboard.press("Delete");
  await page.locator('[data-index="1"]').waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight");
  const index = await page.evaluate(() => document.activeElement?.closest("[data-index]")?.getAttribute("data-index"));
  assert.equal(index, "1", "the arrow keys go from card to card");
});

browserTest("nothing moves for who does not want it", async (browser, scope) => {
  const { pages } = await openSite(scope);
  const page = await browser.open("about:blank");
  await page.emulateMedia({ reducedMotion: "reduce" });
  for (const { name, url } of pages) {
    await page.goto(url);
    await untilShown(page);
    assert.deepEqual(await movingParts(page), [], name);
  }
});

/** Waits until a page has its head, and what is asked for is there. */
async function untilShown(page: Page): Promise<void> {
  await page.locator(":is(h1, .state-panel)").first().waitFor();
  await page.locator(".loading").first().waitFor({ state: "detached" });
}

/** What axe-core has to say against a page, in words. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    const found: { violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] } =
      // deno-lint-ignore no-explicit-any
      await (globalThis as any).axe.run(document, { resultTypes: ["violations"] });
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary ?? ""}`)
    );
  });
}

/** What can be clicked but not reached with the Tab key. */
async function unreached(page: Page): Promise<readonly string[]> {
  const count = await page.evaluate(() => {
    const isShown = (element: Element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: false });
    const all = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
      .filter((element) => isShown(element) && !element.matches(":disabled, [tabindex='-1']"))
      // Of a group of choices one has the focus; the arrow keys choose.
      .filter((element) => !element.matches("input[type=radio]:not(:checked)"));
    for (const element of all) element.setAttribute("data-unreached", "");
    document.body.focus();
    return all.length;
  });
  for (let press = 0; press < count + 15; press++) {
    await page.keyboard.press("Tab");
    await page.evaluate(() => document.activeElement?.removeAttribute("data-unreached"));
  }
  return await page.evaluate(() =>
    [...document.querySelectorAll("[data-unreached]")].map((element) => element.outerHTML.slice(0, 200))
  );
}

function focused(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => document.activeElement?.getAttribute("data-testid"));
}
