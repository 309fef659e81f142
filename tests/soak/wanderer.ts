/**
 * Somebody in a browser who goes from page to page of a dashboard while the live updates come in.
 *
 * @module
 */
import type { Page } from "playwright-core";
import type { Browser } from "../end_to_end/browser.ts";

/** What a page holds when the garbage is gone. */
export interface PageMemory {
  readonly heapBytes: number;
  /** Of all its documents, those that are in no document among them. */
  readonly nodeCount: number;
}

/** On the start page before it is looked at: what came in last is drawn then. */
const REST_MS = 700;

/** One window of one dashboard, loaded once. */
export class Wanderer {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  /** Opens the window. */
  static async open(browser: Browser, url: string): Promise<Wanderer> {
    const page = await browser.open(url);
    await page.locator("nav.pages a").first().waitFor();
    return new Wanderer(page);
  }

  /** Goes about until the signal, on each page for a while; then rests on the start page. */
  async run(stayMs: number, signal: AbortSignal): Promise<void> {
    const links = this.#page.locator("nav.pages a");
    const count = await links.count();
    for (let turn = 1; !signal.aborted; turn++) {
      await links.nth(turn % count).click();
      await this.#page.waitForTimeout(stayMs);
    }
    await links.first().click();
    await this.#page.waitForTimeout(REST_MS);
  }

  /** What the page holds. */
  async memory(): Promise<PageMemory> {
    const session = await this.#page.context().newCDPSession(this.#page);
    for (let turn = 0; turn < 2; turn++) await session.send("HeapProfiler.collectGarbage");
    const { usedSize } = await session.send("Runtime.getHeapUsage");
    const { nodes } = await session.send("Memory.getDOMCounters");
    await session.detach();
    return { heapBytes: usedSize, nodeCount: nodes };
  }
}
