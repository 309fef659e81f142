import type { Page } from "playwright-core";
import { assertPageAccessible } from "./accessibility.ts";
import { browserTest, byId } from "./browser.ts";
import { Community, type Dashboard } from "./community.ts";
import { openSite, peerPaths, trackerPaths } from "./site.ts";

/** A torrent that nobody has. */
const NOBODYS = "0123456789abcdef0123456789abcdef01234567";

/** What each page shows when there is nothing: a part of it by its test id. */
const empty = {
  peer: {
    "": "catalogue-empty",
    "?q=zebra": "catalogue-empty",
    "?here=1": "catalogue-empty",
    downloads: "downloads-empty",
    sharing: "shares-empty",
    settings: "tracker-address",
    [`torrent/${NOBODYS}`]: "torrent-missing",
  },
  tracker: {
    "": "clients-empty",
    clients: "clients-empty",
    swarms: "swarms-empty",
    library: "library-empty",
    catalogue: "catalogue-empty",
    [`play/${NOBODYS}/0`]: "player-error",
  },
} as const;

browserTest("every page has its empty state", async (browser, scope) => {
  const community = scope.use(await Community.start());
  const peer = await community.peer({ args: ["--mode", "video"] });
  const page = await browser.open(peer.url, { expectedErrors: /404/ });
  for (const [path, id] of Object.entries(empty.peer)) await see(page, `${peer.url}/${path}`, byId(id));
  // The tracker's own library announces nothing, so nobody is here.
  for (const [path, id] of Object.entries(empty.tracker)) {
    await see(page, `${community.tracker.url}/${path}`, byId(id));
  }
});

browserTest("every page says that it is loading until the first answer", async (browser, scope) => {
  const { peer, community } = await openSite(scope);
  for (const { dashboard, paths } of loadingPages(peer, community.tracker)) {
    const page = await browser.open("about:blank");
    // Nothing is answered, and nothing refused either.
    await page.route("**/api/**", () => {});
    for (const path of paths) await see(page, `${dashboard.url}/${path}`, '[role="status"].loading');
  }
});

browserTest("every page says what went wrong when the program answers with an error", async (browser, scope) => {
  const { peer, community } = await openSite(scope);
  const failing = { status: 500, contentType: "application/problem+json", body: '{"detail":"The disk is on fire."}' };
  for (
    const [url, id] of [
      [`${peer.url}/`, "catalogue-failed"],
      [`${peer.url}/torrent/${NOBODYS}`, "torrent-failed"],
      [`${community.tracker.url}/catalogue`, "catalogue-failed"],
    ] as const
  ) {
    const page = await browser.open("about:blank", { expectedErrors: /500|404/ });
    await page.route(/\/api\/(catalogue|torrents)/, (route) => route.fulfill(failing));
    await see(page, url, byId(id));
    await page.locator(byId(id)).getByText("The disk is on fire.").waitFor();
    // Trying again brings the page when the cause is gone.
    await page.unroute(/\/api\/(catalogue|torrents)/);
    await page.locator(byId(id)).getByRole("button").click();
    await page.locator(byId(id)).waitFor({ state: "detached" });
  }
  for (const { dashboard, paths } of loadingPages(peer, community.tracker)) {
    const page = await browser.open("about:blank", { expectedErrors: /404|500|EventSource/ });
    await page.route("**/api/events", (route) => route.fulfill(failing));
    for (const path of paths) await see(page, `${dashboard.url}/${path}`, byId("offline"));
  }
});

browserTest("who belongs to no community, or whose tracker does not answer, is told so", async (browser, scope) => {
  const community = scope.use(await Community.start());
  const peer = await community.peer({ without: "tracker", args: ["--mode", "video"] });
  const page = await browser.open(peer.url, { expectedErrors: /422|404/ });
  await page.locator(byId("tracker-field")).fill("no such address");
  await page.locator(byId("tracker-join")).click();
  await page.getByRole("alert").getByText("“no such address” is no address of a tracker").waitFor();
  await assertPageAccessible(page);
  // Nobody listens on the first port; the address stays, to be corrected.
  await page.locator(byId("tracker-field")).fill("127.0.0.1:1");
  await page.locator(byId("tracker-join")).click();
  await page.locator(byId("first-unreachable")).waitFor();
  await page.waitForFunction(() =>
    document.querySelector<HTMLInputElement>('[data-testid="tracker-field"]')?.value === "127.0.0.1:1"
  );
  await page.locator(byId("first-done")).click();
  await page.locator(byId("catalogue-empty")).getByText("What the others share is not known now").waitFor();
  await page.locator(byId("catalogue-message")).getByText("You see what is on this computer").waitFor();
  await peer.send("PATCH", "/api/settings", { tracker: null });
  await page.locator(byId("catalogue-empty")).getByText("You belong to no community yet").waitFor();
  await assertPageAccessible(page);
  await page.getByRole("link", { name: "Join one in the settings" }).click();
  await page.locator(byId("tracker-field")).fill(`127.0.0.1:${community.port}`);
  await page.locator(byId("tracker-field")).press("Enter");
  await page.locator(byId("tracker-address")).getByText("reachable").waitFor();
});

browserTest("every page says when its program is gone", async (browser, scope) => {
  const { peer, community, pages } = await openSite(scope);
  const open: Page[] = [];
  for (const { url } of pages) {
    // Each in a window of its own: a browser opens only six connections to one server.
    const page = await browser.open(url, { expectedErrors: /Failed to load|ERR_|network/i });
    await page.locator(`${byId("connection")}.connection-live`).waitFor({ state: "attached" });
    open.push(page);
  }
  for (const { program } of [peer, community.tracker]) program.kill("SIGKILL");
  for (const page of open) await page.locator(byId("offline")).first().waitFor();
});

function loadingPages(peer: Dashboard, tracker: Dashboard) {
  const known = (path: string) => !/^(play|nowhere)/.test(path);
  return [
    { dashboard: peer, paths: peerPaths(NOBODYS, NOBODYS).filter(known) },
    { dashboard: tracker, paths: trackerPaths(NOBODYS).filter(known) },
  ];
}

/** Opens a page and waits until a part of it is there. */
async function see(page: Page, url: string, selector: string): Promise<void> {
  try {
    await page.goto(url);
    await page.locator(selector).first().waitFor();
  } catch (error) {
    throw new Error(`${url} does not show ${selector}`, { cause: error });
  }
}
