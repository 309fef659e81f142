import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { assertPageAccessible, movingParts } from "./accessibility.ts";
import { browserTest, byId, untilPlayed } from "./browser.ts";
import { Community } from "./community.ts";

/** What a program answers that is in trouble. */
const FAILING = { status: 500, contentType: "application/problem+json", body: '{"detail":"The disk is on fire."}' };

/** Errors that the browser writes of the failures that these tests bring about, and axe of media that fail. */
const EXPECTED = { expectedErrors: /Failed to load|ERR_|network|404|500|preloadMedia/i };

/** A film, a song, and one peer that shares and plays them in each mode. */
async function both(scope: AsyncDisposableStack) {
  const community = scope.use(await Community.start());
  const [films, songs] = await Promise.all([
    community.media("films", ["tide.mp4"]),
    community.media("songs", ["chime.mp3"]),
  ]);
  await Deno.writeFile(`${films}/broken.mp4`, noise(1));
  await Deno.writeFile(`${songs}/broken.mp3`, noise(2));
  const [video, audio] = await Promise.all([
    community.peer({ share: films, args: ["--mode", "video"] }),
    community.peer({ share: songs, args: ["--mode", "audio"] }),
  ]);
  const address = async (peer: typeof video, name: string) => `${peer.url}/play/${(await peer.row(name)).infoHash}/0`;
  return {
    video: { peer: video, whole: await address(video, "tide.mp4"), broken: await address(video, "broken.mp4") },
    audio: { peer: audio, whole: await address(audio, "chime.mp3"), broken: await address(audio, "broken.mp3") },
  };
}

/** Bytes that no decoder takes for anything. */
function noise(seed: number): Uint8Array {
  return Uint8Array.from({ length: 50_000 }, (_, index) => (index * 7919 + (index >> 3) + seed) % 251);
}

/** Answers a part of the requests with a failure, until {@link tryAgain}: what the page asks by itself does not help. */
async function failUntilClick(page: Page, what: RegExp): Promise<void> {
  await page.addInitScript(() => {
    addEventListener("click", () => Reflect.set(globalThis, "wasClicked", true), { capture: true });
  });
  await page.route(what, async (route) => {
    const wasClicked = await page.evaluate(() => Reflect.has(globalThis, "wasClicked"));
    await (wasClicked ? route.continue() : route.fulfill(FAILING));
  });
}

async function tryAgain(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Try again" }).click();
  await page.unrouteAll({ behavior: "wait" });
}

browserTest("both players and the albums say that they are loading until the first answer", async (browser, scope) => {
  const { video, audio } = await both(scope);
  for (
    const [url, shown] of [
      [video.whole, byId("player-waiting")],
      [audio.whole, byId("player-waiting")],
      [`${audio.peer.url}/albums`, '[role="status"].loading'],
    ] as const
  ) {
    const page = await browser.open("about:blank");
    await page.route("**/api/**", () => {}); // Nothing is answered, and nothing refused either.
    await page.goto(url);
    await page.locator(shown).waitFor();
    await assertPageAccessible(page);
  }
});

browserTest("both players and the albums say what failed, and trying again helps", async (browser, scope) => {
  const { video, audio } = await both(scope);
  for (const { whole, peer } of [video, audio]) {
    const page = await browser.open("about:blank", EXPECTED);
    await failUntilClick(page, /\/stream\//);
    await page.goto(whole);
    await page.locator(byId("player-error")).getByText("error 500").waitFor();
    await assertPageAccessible(page);
    await tryAgain(page);
    await untilPlayed(page, 0.2);
    // What is not here and cannot be taken up.
    const other = await browser.open("about:blank", EXPECTED);
    await failUntilClick(other, /\/api\/torrents$/);
    await other.goto(`${peer.url}/play/0123456789abcdef0123456789abcdef01234567`);
    await other.locator(byId("player-error")).getByText("The disk is on fire.").waitFor();
    await tryAgain(other);
    await other.locator(byId("player-waiting")).waitFor();
  }
  const page = await browser.open("about:blank", EXPECTED);
  await failUntilClick(page, /\/api\/songs/);
  await page.goto(`${audio.peer.url}/albums`);
  await page.locator(byId("albums-failed")).getByText("The disk is on fire.").waitFor();
  await tryAgain(page);
  await page.locator(byId("albums")).getByText("Samples").waitFor();
});

browserTest("what cannot be decoded is said, and another player offered", async (browser, scope) => {
  const { video, audio } = await both(scope);
  for (const { broken } of [video, audio]) {
    const page = await browser.open(broken, EXPECTED);
    await page.locator(byId("player-error")).getByText("This browser cannot play").waitFor();
    await page.locator(byId("player-vlc")).waitFor();
    await assertPageAccessible(page);
  }
});

browserTest("the albums stay on the screen while their program is away", async (browser, scope) => {
  const { audio } = await both(scope);
  const page = await browser.open(`${audio.peer.url}/albums`, EXPECTED);
  await page.locator(byId("albums")).getByText("Samples").waitFor();
  audio.peer.program.kill("SIGKILL");
  await page.locator(byId("offline")).waitFor();
  await page.locator(byId("albums")).getByText("Samples").click();
  await page.getByRole("heading", { name: "Samples" }).waitFor();
  await assertPageAccessible(page);
  await page.locator(byId("album-play")).click();
  await page.locator(byId("mini-player")).getByText("does not answer").waitFor();
});

browserTest(
  "both players go on by themselves when their program is back, even when it went while they waited",
  async (browser, scope) => {
    const community = scope.use(await Community.start());
    for (const [mode, file] of [["video", "aurora.mp4"], ["audio", "chime.mp3"]] as const) {
      const share = await community.media(mode, [file]);
      const giver = await community.peer({ share, args: ["--mode", mode, "--upload-rate", "1"] });
      const home = await community.folder.folder(`home-${mode}`);
      const gone = await community.peer({ home, args: ["--mode", mode] });
      const { infoHash } = await gone.row(file);
      const page = await browser.open(`${gone.url}/play/${infoHash}/0`, EXPECTED);
      await page.locator(byId("player-waiting")).getByText("answered").waitFor();
      gone.program.kill("SIGKILL");
      await page.locator(byId("offline")).waitFor();
      await giver.send("PATCH", "/api/settings", { uploadRate: null });
      await community.peer({ home, args: ["--mode", mode, "--dashboard", new URL(gone.url).host] });
      await untilPlayed(page, 0.2);
    }
  },
);

browserTest("the tracker's own player tells how long it plays, and has the system's keys", async (browser, scope) => {
  const community = scope.use(await Community.start());
  const { tracker } = community;
  const path = await community.media("library", ["tide.mp4", "chime.mp3"]);
  await tracker.send("POST", "/api/shares", { path });
  for (const [name, length] of [["tide.mp4", "0:08"], ["chime.mp3", "0:10"]] as const) {
    const { infoHash } = await tracker.until(async () => (await tracker.files()).find((file) => file.name === name), {
      timeoutMs: 15_000,
      what: name,
    });
    const page = await browser.open(`${tracker.url}/play/${infoHash}/0`);
    await untilPlayed(page, 0.2);
    await page.locator(byId("player-length")).getByText(length).waitFor();
    assert.equal(await page.evaluate(() => navigator.mediaSession.playbackState), "playing");
    await assertPageAccessible(page);
  }
});

browserTest("nothing of the players moves for who does not want it", async (browser, scope) => {
  const { video, audio } = await both(scope);
  const still = async (page: Page, what: string) => assert.deepEqual(await movingParts(page), [], what);
  for (const { whole, peer } of [video, audio]) {
    const waiting = await browser.open("about:blank");
    await waiting.emulateMedia({ reducedMotion: "reduce" });
    await waiting.route("**/api/**", () => {});
    await waiting.goto(whole);
    await waiting.locator(".spinner").waitFor();
    await still(waiting, "waiting");
    const page = await browser.open("about:blank");
    await page.goto(whole);
    await untilPlayed(page, 0.2);
    if (peer === video.peer) {
      await page.locator(byId("player-speed")).click();
      // The check finds what there is while it is wanted.
      assert.ok((await movingParts(page)).some((part) => part.includes("controls")));
    }
    await page.emulateMedia({ reducedMotion: "reduce" });
    await still(page, "playing");
    if (peer !== audio.peer) continue;
    await page.locator(byId("nav-albums")).click();
    await page.locator(byId("albums")).waitFor();
    await page.locator(byId("mini-player")).waitFor();
    await still(page, "the albums and the small player");
  }
});
