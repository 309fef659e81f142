import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { browserTest, byId, PATIENCE_MS } from "./browser.ts";
import { Community, fixturePath } from "./community.ts";

/** How soon a file that one drops is in everybody's home. */
const NEWS_MS = 5_000;

browserTest(
  "a file dropped on one page is sent, read, shared, and in another's home within 5 s",
  async (browser, scope) => {
    const community = scope.use(await Community.start());
    const share = await community.media("films", ["meadow.webm"]);
    const [giving, other] = await Promise.all([
      community.peer({ share, args: ["--mode", "video"] }),
      community.peer({ args: ["--mode", "video"] }),
    ]);
    const [from, to] = await Promise.all([browser.open(giving.url), browser.open(other.url)]);
    await to.locator(byId("catalogue")).getByText("meadow").first().waitFor();
    const bytes = (await Deno.readFile(fixturePath("tide.mp4"))).toBase64();
    await from.locator(byId("catalogue")).waitFor();
    const droppedAtMs = performance.now();
    await from.evaluate((base64) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], "holiday.mp4"));
      for (const type of ["dragover", "drop"]) {
        dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
      }
    }, bytes);
    await from.locator(byId("uploads")).getByText("holiday").waitFor();
    await to.locator(byId("catalogue")).getByText("holiday").first().waitFor({ timeout: NEWS_MS });
    console.log(`in the other's home after ${Math.round(performance.now() - droppedAtMs)} ms`);
  },
);

browserTest(
  "a magnet link is pasted into the search or opened by ?add=, a .torrent is dropped: each is downloaded",
  async (browser, scope) => {
    const community = scope.use(await Community.start());
    const share = await community.media("films", ["tide.mp4", "meadow.webm", "orbit.mkv"]);
    const [seeder, peer] = await Promise.all([
      community.peer({ share, args: ["--mode", "video"] }),
      community.peer({ args: ["--mode", "video"] }),
    ]);
    const rows = await Promise.all(["tide.mp4", "meadow.webm", "orbit.mkv"].map((name) => peer.row(name)));
    const [tide = "", meadow = "", orbit = ""] = rows.map(({ infoHash }) => infoHash);
    const [pasted, linked] = await Promise.all([tide, meadow].map((infoHash) => seeder.torrent(infoHash)));
    assert.ok(pasted !== undefined && linked !== undefined);
    const page = await browser.open(peer.url);
    await page.locator(byId("search")).focus();
    await page.evaluate((text) => {
      const data = new DataTransfer();
      data.setData("text", text);
      const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
      document.activeElement?.dispatchEvent(event);
    }, pasted.magnet);
    await page.waitForURL(/\/downloads$/);
    await page.locator(`${byId(`torrent-${tide}`)}[data-state="seeding"]`).waitFor({ timeout: PATIENCE_MS });

    await page.goto(`${peer.url}/?add=${encodeURIComponent(linked.magnet)}`);
    await page.locator(`${byId(`torrent-${meadow}`)}[data-state="seeding"]`).waitFor({ timeout: PATIENCE_MS });
    assert.equal(new URL(page.url()).search, "", "a reload does not add it again");

    const response = await fetch(`http://127.0.0.1:${community.port}/torrents/${orbit}.torrent`);
    const torrent = new Uint8Array(await response.arrayBuffer()).toBase64();
    await page.locator(byId("torrent-file")).setInputFiles({
      name: "orbit.torrent",
      mimeType: "application/x-bittorrent",
      buffer: Buffer.from(torrent, "base64"),
    });
    await page.locator(`${byId(`torrent-${orbit}`)}[data-state="seeding"]`).waitFor({ timeout: PATIENCE_MS });
  },
);

browserTest("what is searched, narrowed and sorted is shown at once, as cards or as a list", async (browser, scope) => {
  const community = scope.use(await Community.start());
  const share = await community.media("films", ["tide.mp4", "meadow.webm", "aurora.mp4", ["orbit.mkv", "old.avi"]]);
  const own = await community.media("own", [["tide.mp4", "mine.mp4"]]);
  await Deno.writeTextFile(`${own}/mine.mp4`, "mine", { append: true });
  const [peer] = await Promise.all([
    community.peer({ share: own, args: ["--mode", "video"] }),
    community.peer({ share, args: ["--mode", "video"] }),
  ]);
  await Promise.all(["mine.mp4", "old.avi", "aurora.mp4"].map((name) => peer.row(name)));
  const page = await browser.open(peer.url);
  const names = () => page.locator("[data-index] h2").allInnerTexts();
  const untilCount = (count: number) =>
    page.locator(byId("catalogue-count")).getByText(count === 1 ? "1 file" : `${count} files`, { exact: true })
      .waitFor();
  await untilCount(5);
  await page.locator(byId("sort")).selectOption("name");
  await page.locator('[data-index="0"] h2').getByText("aurora").waitFor();
  assert.deepEqual(await names(), ["aurora", "meadow", "mine", "old", "tide"]);
  await page.locator(byId("sort")).selectOption("size");
  await page.locator('[data-index="1"] h2').getByText("meadow").waitFor();
  await page.locator(byId("filter-plays")).click();
  await untilCount(4);
  await page.locator(byId("filter-here")).click();
  await untilCount(1);
  assert.deepEqual(await names(), ["mine"]);
  await page.locator(byId("filter-here")).click();
  await page.locator(byId("filter-near")).click();
  await untilCount(4);
  await page.locator(byId("search")).fill("a d");
  await untilCount(1);
  await page.reload();
  await untilCount(1);
  assert.equal(await page.locator(byId("filter-near")).getAttribute("aria-pressed"), "true", "the address has it all");
  await page.locator(byId("view-list")).click();
  await page.locator(".media-list").waitFor();
  await page.reload();
  await page.locator(".media-list").waitFor();
});

browserTest("the first view needs one round trip: updates and rows are asked for at once", async (browser, scope) => {
  const community = scope.use(await Community.start());
  const share = await community.media("films", ["tide.mp4"]);
  const peer = await community.peer({ share, args: ["--mode", "video"] });
  await peer.row("tide.mp4");
  const page = await browser.open("about:blank");
  const asked: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith("/api/")) asked.push(pathname);
  });
  // Neither is answered before both are asked.
  const both = Promise.withResolvers<void>();
  await page.route("**/api/**", async (route) => {
    if (asked.length >= 2) both.resolve();
    await both.promise;
    await route.continue();
  });
  await page.goto(peer.url);
  await page.locator(byId("catalogue")).getByText("tide").first().waitFor();
  assert.deepEqual(asked.slice(0, 2).toSorted(), ["/api/catalogue", "/api/events"]);
});

browserTest("the tracker invites, tells of traffic, and plays its library", async (browser, scope) => {
  const community = scope.use(await Community.start());
  await community.tracker.send("POST", "/api/shares", { path: await community.media("library", ["tide.mp4"]) });
  const peer = await community.peer({ args: ["--mode", "video"] });
  const { infoHash } = await peer.rowWithSeeders("tide.mp4", 1);
  await peer.send("POST", "/api/torrents", { source: infoHash });
  const page = await browser.open(community.tracker.url);
  await page.locator(byId("address")).getByText(`127.0.0.1:${community.port}`).waitFor();
  await page.locator(byId("qr")).waitFor();
  await page.locator(byId("clients")).getByText("this computer").first().waitFor();
  await page.locator(byId("nav-library")).click();
  await page.locator(byId("saving")).getByText("157 kB from this computer").waitFor();
  await page.locator(byId("nav-catalogue")).click();
  await page.locator(byId(`row-${infoHash}`)).getByRole("link").click();
  await page.waitForURL(/\/play\//);
  await page.locator("video").waitFor();
  await page.goto(community.tracker.url);
  // Two spans of ten seconds make a line.
  await page.locator(byId("traffic-chart")).waitFor({ timeout: 30_000 });
});
