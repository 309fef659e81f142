import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { PeerCatalogue } from "../../shared/dashboard_views.ts";
import { assertPageAccessible } from "./accessibility.ts";
import { browserTest, byId, untilPlayed } from "./browser.ts";
import { Community } from "./community.ts";

/** The longest silence between two songs that nobody takes for one. */
const MAX_GAP_MS = 100;

/** What a song without tags, or the one with them, is called in the player. */
function titleOf(name: string): RegExp {
  return new RegExp(`^${name.replace(/\.[^.]*$/, "")}$`, "i");
}

/** A community that shares music, and one who listens to it. */
async function listening(scope: AsyncDisposableStack, files: readonly string[]) {
  const community = scope.use(await Community.start());
  const share = await community.media("music", files);
  const args = ["--mode", "audio"];
  const [, peer] = await Promise.all([community.peer({ share, args }), community.peer({ args })]);
  const rows = new Map<string, string>();
  for (const name of files) rows.set(name, (await peer.rowWithSeeders(name, 1)).infoHash);
  return { peer, infoHash: (name: string) => rows.get(name) ?? assert.fail(name) };
}

/** Watches the two elements that play in turn, frame by frame. */
async function watchElements(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen: { atMs: number; times: number[] }[] = [];
    Reflect.set(globalThis, "seen", seen);
    const look = () => {
      const times = [...document.querySelectorAll("audio")].map((audio) => audio.paused ? -1 : audio.currentTime);
      seen.push({ atMs: performance.now(), times });
      requestAnimationFrame(look);
    };
    look();
  });
}

/** The milliseconds from the last frame in which the first song went on to the first in which the second did. */
async function gapMs(page: Page): Promise<number> {
  return await page.evaluate(() => {
    const seen: { atMs: number; times: number[] }[] = Reflect.get(globalThis, "seen");
    let lastOfFirst = NaN;
    let firstOfSecond = NaN;
    for (const [index, { atMs, times }] of seen.entries()) {
      const [first = -1, second = -1] = times;
      const [firstBefore = -1] = seen[index - 1]?.times ?? [];
      if (first > firstBefore && first > 0 && Number.isNaN(firstOfSecond)) lastOfFirst = atMs;
      if (second > 0 && Number.isNaN(firstOfSecond)) firstOfSecond = atMs;
    }
    return firstOfSecond - lastOfFirst;
  });
}

browserTest(
  "a song, the next one without a gap, the small player through every page, and on after a reload",
  async (browser, scope) => {
    const { peer, infoHash } = await listening(scope, ["bell.wav", "brook.flac", "chime.mp3"]);
    // The queue is what the start page lists, the newest first.
    const [first, second] = (await peer.get<PeerCatalogue>("/api/catalogue?sort=new")).rows;
    assert.ok(first !== undefined && second !== undefined);
    const page = await browser.open(peer.url);
    await page.locator(byId(`row-${first.infoHash}`)).locator(byId("play")).click();
    await untilPlayed(page, 0.3);
    await page.locator(byId("queue")).waitFor();
    await watchElements(page);
    // Away to another page before the song ends: the small player plays on.
    await page.locator(byId("nav-settings")).click();
    await page.locator(byId("mini-player")).waitFor();
    await page.waitForFunction(() =>
      [...document.querySelectorAll("audio")].some((audio, index) => index === 1 && audio.currentTime > 0.5)
    );
    const gap = await gapMs(page);
    console.log(`the next song began ${Math.round(gap)} ms after the one before`);
    assert.ok(gap < MAX_GAP_MS, `${gap} ms between two songs`);
    await page.locator(byId("mini-player-title")).getByText(titleOf(second.name)).waitFor();
    for (const destination of ["nav-sharing", "nav-downloads", "nav-browse"]) {
      await page.locator(byId(destination)).click();
      await page.locator(byId("mini-player")).waitFor();
    }
    await assertPageAccessible(page);

    // Chime has tags and a cover, which are shown as soon as it plays.
    await page.locator(byId(`row-${infoHash("chime.mp3")}`)).locator(byId("play")).click();
    await page.locator(byId("music-title")).getByText("Chime", { exact: true }).waitFor();
    await page.locator(byId("nav-settings")).click();
    await page.locator(byId("mini-player-title")).getByText("Chime", { exact: true }).waitFor();
    await untilPlayed(page, 3.5);
    await page.reload();
    await page.locator(byId("mini-player")).waitFor();
    await untilPlayed(page, 2.9);
    await page.locator(byId("music-toggle")).click();
    await page.locator(byId("mini-player")).getByRole("button", { name: "Play", exact: true }).waitFor();
    const metadata = await page.evaluate(() => {
      const { title, artist, album, artwork } = navigator.mediaSession.metadata ?? {};
      return { title, artist, album, pictures: artwork?.length };
    });
    assert.deepEqual(metadata, { title: "Chime", artist: "Playswarm", album: "Samples", pictures: 1 });
  },
);

browserTest("shuffle, repeat, and the queue by keyboard", async (browser, scope) => {
  const { peer, infoHash } = await listening(scope, ["bell.wav", "brook.flac", "chime.mp3"]);
  const page = await browser.open(`${peer.url}/play/${infoHash("chime.mp3")}`);
  await untilPlayed(page, 0.3);
  await page.locator(byId("queue")).waitFor();
  await page.keyboard.press("Space");
  await page.locator(byId("music")).getByRole("button", { name: "Play", exact: true }).waitFor();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  await untilPlayed(page, 5.2);
  for (const [name, pressed] of [["Shuffle", "true"], ["Repeat: off", null]] as const) {
    await page.getByRole("button", { name }).press("Enter");
    if (pressed !== null) assert.equal(await page.getByRole("button", { name }).getAttribute("aria-pressed"), pressed);
  }
  await page.getByRole("button", { name: "Repeat: all" }).waitFor();
  // Shuffled, the song that plays comes first.
  await page.locator(byId("queue")).locator("li").first().getByText("Chime").waitFor();
  await page.keyboard.press("n");
  await page.locator(byId("music-title")).getByText(/bell|brook/).waitFor();
  await untilPlayed(page, 0.2);
});

for (const [colorScheme, width] of [["light", 1280], ["dark", 360]] as const) {
  browserTest(`the music player has nothing that axe finds: ${colorScheme}, ${width} px`, async (browser, scope) => {
    const { peer, infoHash } = await listening(scope, ["brook.flac", "chime.mp3"]);
    const page = await browser.open(`${peer.url}/play/${infoHash("chime.mp3")}`, { colorScheme, width });
    await untilPlayed(page, 0.3);
    await page.locator(byId("queue")).waitFor();
    await assertPageAccessible(page);
  });
}

browserTest(
  "what is here is listed by album and artist, and plays from there; nothing yet is said",
  async (browser, scope) => {
    const community = scope.use(await Community.start());
    const share = await community.media("music", ["chime.mp3", "bell.wav"]);
    const args = ["--mode", "audio"];
    const [having, lacking] = await Promise.all([community.peer({ share, args }), community.peer({ args })]);
    const page = await browser.open(having.url, { width: 360 });
    await page.locator(byId("nav-albums")).click();
    await page.locator(byId("albums")).getByText("Samples").click();
    await page.locator(byId("album-play")).click();
    await untilPlayed(page, 0.2);
    await page.locator(byId("mini-player-title")).getByText("Chime", { exact: true }).waitFor();
    await assertPageAccessible(page);
    const empty = await browser.open(`${lacking.url}/albums`);
    await empty.locator(byId("albums-empty")).waitFor();
    await assertPageAccessible(empty);
  },
);
