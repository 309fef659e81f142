import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { browserTest, byId } from "./browser.ts";
import { Community, type Dashboard } from "./community.ts";

/** As long as a name may be on a disk, and nowhere to break it. */
const LONG_NAME = `${"waves".repeat(50)}_.mp4`;
/** Written from right to left, with a part that is not. */
const RIGHT_TO_LEFT_NAME = "فيلم طويل (2024) שלום.webm";
/** A narrow telephone, a tablet, a laptop, and a very wide screen. */
const WIDTHS = [360, 768, 1280, 2560] as const;

browserTest("no page is wider than its window, whatever the names", async (browser, scope) => {
  const community = scope.use(await Community.start());
  const share = await community.media(`films-${"deep".repeat(50)}`, [
    ["tide.mp4", LONG_NAME],
    ["meadow.webm", RIGHT_TO_LEFT_NAME],
  ]);
  await community.tracker.send("POST", "/api/shares", { path: await community.media("library", ["chime.mp3"]) });
  const peer = await community.peer({ share, args: ["--mode", "video"] });
  const { infoHash } = await peer.row(LONG_NAME);
  await peer.row(RIGHT_TO_LEFT_NAME);
  const of = (dashboard: Dashboard, paths: readonly string[]) => paths.map((path) => new URL(path, dashboard.url).href);
  const addresses = [
    ...of(peer, ["", "downloads", "sharing", "settings", `torrent/${infoHash}`, `play/${infoHash}/0`]),
    ...of(community.tracker, ["", "clients", "swarms", "library", "catalogue"]),
  ];
  for (const width of WIDTHS) {
    const page = await browser.open("about:blank", { width });
    for (const address of addresses) {
      await page.goto(address);
      await page.locator("h1").first().waitFor();
      await assertFits(page, `${address} at ${width} pixels`);
    }
  }
  const clients = await browser.open(new URL("clients", community.tracker.url).href);
  await clients.locator(byId("clients")).getByText("This tracker's library").waitFor();
});

/** Fails when the page, or a part of it, has to be scrolled sideways. */
async function assertFits(page: Page, what: string): Promise<void> {
  const tooWide = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll("main *")]
      .filter((element) => element === document.documentElement || getComputedStyle(element).overflowX === "auto")
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map((element) => `${element.tagName}.${element.className}: ${element.scrollWidth} > ${element.clientWidth}`)
  );
  assert.deepEqual(tooWide, [], what);
}
