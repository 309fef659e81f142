import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import type { PeerCatalogue } from "../../shared/dashboard_views.ts";
import { assertPageAccessible } from "./accessibility.ts";
import { type Browser, browserTest, byId, untilPlayed } from "./browser.ts";
import { Community } from "./community.ts";
import { openFilm, watching } from "./watching.ts";

/** A series, each episode a torrent of its own. */
const EPISODES = [
  ["tide.mp4", "Orbit, Episode 1 – Departure.mp4"],
  ["aurora.mp4", "Orbit, Episode 2.mp4"],
  ["meadow.webm", "Orbit, Episode 10 – Home.webm"],
] as const;

/** Opens a page whose media keys can be pressed by {@link pressMediaKey}: a headless browser has no such keys. */
async function openWithMediaKeys(browser: Browser, url: string): Promise<Page> {
  const page = await browser.open("about:blank");
  await page.addInitScript(() => {
    const handlers = new Map<string, MediaSessionActionHandler | null>();
    Reflect.set(globalThis, "mediaKeys", handlers);
    const set = MediaSession.prototype.setActionHandler;
    MediaSession.prototype.setActionHandler = function (action, handler) {
      handlers.set(action, handler);
      set.call(this, action, handler);
    };
  });
  await page.goto(url);
  return page;
}

/** Presses a key as the system would; fails when the page does not offer it. */
async function pressMediaKey(page: Page, action: MediaSessionAction, details: Partial<MediaSessionActionDetails> = {}) {
  await untilOffered(page, action);
  await page.evaluate(({ action, details }) => {
    Reflect.get(globalThis, "mediaKeys").get(action)({ action, ...details });
  }, { action, details });
}

async function untilOffered(page: Page, action: MediaSessionAction): Promise<void> {
  await page.waitForFunction((name) => Reflect.get(globalThis, "mediaKeys").get(name) instanceof Function, action);
}

/** Waits until the system shows this title and state; the keys are those of that player then. */
async function untilShown(page: Page, title: string, state: MediaSessionPlaybackState = "playing"): Promise<void> {
  await page.waitForFunction(
    ([title, state]) =>
      navigator.mediaSession.metadata?.title === title && navigator.mediaSession.playbackState === state,
    [title, state],
  );
}

/** What the system shows, as soon as it shows anything. */
async function shownTitle(page: Page): Promise<string> {
  const title = await page.waitForFunction(() => navigator.mediaSession.metadata?.title);
  return await title.jsonValue() ?? assert.fail("the system shows nothing");
}

async function untilPaused(page: Page, isPaused: boolean): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.querySelector<HTMLMediaElement>('[data-testid="player"]')?.paused === wanted,
    isPaused,
  );
}

/** A peer that has the series, and where its episodes play. */
async function series(scope: AsyncDisposableStack) {
  const { sharing } = await watching(scope, EPISODES);
  const urls: string[] = [];
  for (const [, name] of EPISODES) {
    urls.push(`${sharing.url}/play/${(await sharing.rowWithSeeders(name, 1)).infoHash}/0`);
  }
  const [first = "", second = "", last = ""] = urls;
  return { sharing, first, second, last };
}

browserTest("the media keys steer a film, and lead through its series", async (browser, scope) => {
  const { first, second, last } = await series(scope);
  const page = await openWithMediaKeys(browser, second);
  await untilPlayed(page, 0.3);
  await untilShown(page, "Orbit, Episode 2");
  await pressMediaKey(page, "pause");
  await untilPaused(page, true);
  await untilShown(page, "Orbit, Episode 2", "paused");
  // A second press of the same key changes nothing.
  await pressMediaKey(page, "pause");
  await untilPaused(page, true);
  await pressMediaKey(page, "play");
  await untilPaused(page, false);
  await pressMediaKey(page, "seekto", { seekTime: 40 });
  await untilPlayed(page, 40.1);
  await pressMediaKey(page, "seekforward");
  await untilPlayed(page, 50.1);
  await pressMediaKey(page, "seekbackward", { seekOffset: 30 });
  await page.waitForFunction(() => (document.querySelector("video")?.currentTime ?? 99) < 30);
  await pressMediaKey(page, "nexttrack");
  await page.waitForURL(last);
  await untilPlayed(page, 0.3);
  await untilShown(page, "Orbit, Episode 10 – Home");
  // Nothing follows the last one.
  assert.equal(await page.evaluate(() => Reflect.get(globalThis, "mediaKeys").get("nexttrack")), null);
  await pressMediaKey(page, "previoustrack");
  await page.waitForURL(second);
  await untilShown(page, "Orbit, Episode 2");
  await untilOffered(page, "previoustrack");
  await page.keyboard.press("b");
  await page.waitForURL(first);
  await untilShown(page, "Orbit, Episode 1 – Departure");
  await untilOffered(page, "nexttrack");
  await page.keyboard.press("n");
  await page.waitForURL(second);
  await untilPlayed(page, 0.3);
  await page.locator(byId("player-next")).click();
  await page.waitForURL(last);
});

browserTest("the media keys steer the music on every page, and a film borrows them", async (browser, scope) => {
  const community = scope.use(await Community.start());
  const share = await community.media("music", ["bell.wav", "brook.flac", "chime.mp3"]);
  const films = await community.media("films", ["aurora.mp4"]);
  const [peer, watcher] = await Promise.all([
    community.peer({ share, args: ["--mode", "audio"] }),
    community.peer({ share: films, args: ["--mode", "video"] }),
  ]);
  const film = await watcher.rowWithSeeders("aurora.mp4", 1);
  for (const name of ["bell.wav", "brook.flac", "chime.mp3"]) await peer.rowWithSeeders(name, 1);
  // The queue is what the start page lists, the newest first.
  const [first] = (await peer.get<PeerCatalogue>("/api/catalogue?sort=new")).rows;
  const page = await openWithMediaKeys(browser, `${peer.url}/play/${first?.infoHash}/0`);
  await untilPlayed(page, 0.3);
  await page.locator(byId("queue")).waitFor();
  const title = await shownTitle(page);
  await pressMediaKey(page, "pause");
  await untilPaused(page, true);
  await pressMediaKey(page, "play");
  await untilPaused(page, false);
  await pressMediaKey(page, "seekto", { seekTime: 2 });
  await untilPlayed(page, 2.1);
  await pressMediaKey(page, "seekbackward", { seekOffset: 1.5 });
  await page.waitForFunction(() =>
    (document.querySelector<HTMLMediaElement>('[data-testid="player"]')?.currentTime ?? 99) < 2
  );
  await page.locator(byId("nav-settings")).click();
  await page.locator(byId("mini-player")).waitFor();
  // From the beginning of the next song back to this one, and not to its own beginning.
  await pressMediaKey(page, "seekto", { seekTime: 0 });
  await pressMediaKey(page, "nexttrack");
  const shown = page.locator(byId("mini-player-title"));
  await shown.getByText(title, { exact: true }).waitFor({ state: "detached" });
  await untilShown(page, await shown.innerText());
  await pressMediaKey(page, "previoustrack");
  await shown.getByText(title, { exact: true }).waitFor();

  // The film that is opened is heard, and not the music; after it the keys are the music's again.
  await page.evaluate((path) => {
    history.pushState(null, "", path);
    dispatchEvent(new PopStateEvent("popstate"));
  }, `/play/${film.infoHash}/0`);
  await page.waitForFunction(() => (document.querySelector("video")?.currentTime ?? 0) > 0.3);
  assert.ok(await page.evaluate(() => [...document.querySelectorAll("audio")].every(({ paused }) => paused)));
  await untilShown(page, "aurora");
  await page.locator(byId("nav-settings")).click();
  await page.locator(byId("mini-player")).waitFor();
  await untilShown(page, title, "paused");
  await pressMediaKey(page, "play");
  await untilPaused(page, false);
});

browserTest("full screen by key and by button, and it says how to leave it", async (browser, scope) => {
  const { sharing } = await watching(scope, ["tide.mp4"]);
  const page = await openFilm(browser, { peer: sharing, name: "tide.mp4" });
  const isFull = (wanted: boolean) =>
    page.waitForFunction(
      (is) => (document.fullscreenElement?.classList.contains("stage-video") ?? false) === is,
      wanted,
    );
  await page.keyboard.press("f");
  await isFull(true);
  await page.getByRole("button", { name: "Leave full screen" }).waitFor();
  await assertPageAccessible(page);
  await page.keyboard.press("f");
  await isFull(false);
  await page.getByRole("button", { name: "Full screen" }).click();
  await isFull(true);
  await page.getByRole("button", { name: "Leave full screen" }).click();
  await isFull(false);
});

browserTest(
  "picture in picture by key and by button, and no button where the browser has none",
  async (browser, scope) => {
    const { sharing } = await watching(scope, ["tide.mp4"]);
    const asks = async (isEnabled: boolean) => {
      const page = await browser.open("about:blank");
      await page.addInitScript((enabled) => {
        Object.defineProperty(document, "pictureInPictureEnabled", { get: () => enabled });
        Reflect.set(globalThis, "asked", 0);
        HTMLVideoElement.prototype.requestPictureInPicture = () => {
          Reflect.set(globalThis, "asked", Reflect.get(globalThis, "asked") + 1);
          return Promise.reject(new DOMException("A test has no second window", "NotAllowedError"));
        };
      }, isEnabled);
      const { infoHash } = await sharing.row("tide.mp4");
      await page.goto(`${sharing.url}/play/${infoHash}`);
      await untilPlayed(page, 0.2);
      return { page, count: () => page.evaluate(() => Reflect.get(globalThis, "asked")) };
    };
    const having = await asks(true);
    await having.page.keyboard.press("p");
    assert.equal(await having.count(), 1);
    await having.page.locator(byId("player-picture")).click();
    assert.equal(await having.count(), 2);
    const lacking = await asks(false);
    assert.equal(await lacking.page.locator(byId("player-picture")).count(), 0);
    await lacking.page.keyboard.press("p");
    assert.equal(await lacking.count(), 0);
  },
);

/** Moves to shortly before the end, and waits for it. */
async function playToEnd(page: Page): Promise<void> {
  await page.evaluate(() => {
    const video = document.querySelector("video");
    if (video !== null) video.currentTime = video.duration - 0.5;
  });
  await page.locator("video").evaluate((video) =>
    new Promise((resolve) => video.addEventListener("ended", resolve, { once: true }))
  );
}

browserTest(
  "at the end of an episode the next one begins by itself, unless the person stays",
  async (browser, scope) => {
    const { first, second, last } = await series(scope);
    const page = await browser.open(first);
    await untilPlayed(page, 0.3);
    await playToEnd(page);
    const upNext = page.locator(byId("up-next"));
    await upNext.getByText("Orbit, Episode 2").waitFor();
    await assertPageAccessible(page);
    await upNext.getByRole("button", { name: "Stay here" }).click();
    await upNext.waitFor({ state: "detached" });
    assert.equal(page.url(), first);
    // From here it can be seen again, and ends again.
    await page.locator(".stage-play").click();
    await untilPlayed(page, 0.2);
    await playToEnd(page);
    await upNext.waitFor();
    await page.waitForURL(second);
    await untilPlayed(page, 0.3);
    await playToEnd(page);
    await upNext.getByRole("button", { name: /^Play now/ }).click();
    await page.waitForURL(last);
    await untilPlayed(page, 0.3);
    await playToEnd(page);
    assert.equal(await upNext.count(), 0);
  },
);

browserTest("speed and track of sound are chosen by menu and by key", async (browser, scope) => {
  const { sharing } = await watching(scope, ["choir.mkv"]);
  const page = await openFilm(browser, { peer: sharing, name: "choir.mkv", width: 360 });
  const rate = () => page.locator(byId("player")).evaluate((video) => Reflect.get(video, "playbackRate"));
  await page.locator(byId("player-speed")).click();
  await page.getByRole("menuitemradio", { name: "1.5×" }).click();
  assert.equal(await rate(), 1.5);
  await page.keyboard.press("<");
  assert.equal(await rate(), 1.25);
  await page.locator(byId("player-speed")).getByText("1.25×").waitFor();

  const asked = page.waitForRequest((request) => /\/remux\/.*audio=2/.test(request.url()));
  const at = await page.locator(byId("player")).evaluate((video) => Reflect.get(video, "currentTime"));
  await page.locator(byId("player-audio")).click();
  await assertPageAccessible(page);
  await page.getByRole("menuitemradio", { name: /French/ }).click();
  await asked;
  await untilPlayed(page, at);
  await page.locator(byId("player-audio")).click();
  assert.equal(await page.getByRole("menuitemradio", { name: /French/ }).getAttribute("aria-checked"), "true");
});
