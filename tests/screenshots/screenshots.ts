/**
 * `deno task screenshots`: a picture of each page of both dashboards, light, dark and narrow, of a small community with
 * something going on, into `.screenshots/`; the three that the README shows go to `.github/screenshots/`.
 *
 * @module
 */
import type { Page } from "playwright-core";
import { Browser, byId, type PageOptions, untilPlayed } from "../end_to_end/browser.ts";
import { Community, type Dashboard, type PeerProgram } from "../end_to_end/community.ts";

const root = new URL("../../", import.meta.url).pathname;
const folder = `${root}.screenshots`;

/** How each page is looked at. */
const looks: Readonly<Record<string, PageOptions>> = {
  light: { colorScheme: "light", width: 1360, height: 850 },
  dark: { colorScheme: "dark", width: 1360, height: 850 },
  narrow: { colorScheme: "light", width: 360, height: 780 },
};

/** The pictures of the README. */
const shown: Readonly<Record<string, string>> = {
  "home-light": "home",
  "torrent-dark": "torrent",
  "tracker-overview-light": "tracker",
};

const films: readonly (readonly [fixture: string, name: string])[] = [
  ["aurora.mp4", "Northern Lights over Tromsø.mp4"],
  ["tide.mp4", "Slow Tide.mp4"],
  ["meadow.webm", "A Meadow in June.webm"],
  ["orbit.mkv", "Orbit, Episode 1 – Departure.mkv"],
  ["orbit.mkv", "Orbit, Episode 2 – The Long Way Round to the Far Side of the Moon.mkv"],
  ["tide.mp4", "Harbour, 4 am.mp4"],
  ["meadow.webm", "Garden party 2024.webm"],
  ["tide.mp4", "Lecture 07 – Waves and Beaches.mp4"],
  ["aurora.mp4", "Winter Walk.mp4"],
  ["meadow.webm", "Bees.webm"],
];

/** The film that is on its way while the pictures are made: long enough for that at {@link UPLOAD_KILOBYTES} a second. */
const LONG_FILM = "Winter Walk.mp4";
const LONG_FILM_BYTES = 60_000_000;
const UPLOAD_KILOBYTES = 250;

const songs: readonly (readonly [fixture: string, name: string])[] = [
  ["chime.mp3", "Evening Chime.mp3"],
  ["brook.flac", "Brook.flac"],
  ["bell.wav", "Bell.wav"],
  ["chime.mp3", "Morning Chime.mp3"],
];

/** A page, how to get there, and what to wait for. */
interface Scene {
  readonly name: string;
  readonly dashboard: Dashboard;
  readonly path: string;
  /** Makes the page what the picture shows. */
  readonly prepare?: (page: Page) => Promise<void>;
}

interface Stage {
  readonly community: Community;
  readonly video: PeerProgram;
  readonly audio: PeerProgram;
  readonly empty: PeerProgram;
  /** One that was told its mode, and nothing else. */
  readonly beginner: PeerProgram;
  /** What the video peer fetches, slowly. */
  readonly infoHash: string;
  /** What the audio peer plays. */
  readonly songHash: string;
}

/** Fills a folder. Each file ends with its name, because files of one content are one row of the catalogue. */
async function fill(community: Community, name: string, files: typeof films): Promise<string> {
  const path = await community.media(name, files);
  for (const [, file] of files) {
    if (file === LONG_FILM) await Deno.writeFile(`${path}/${file}`, padding(LONG_FILM_BYTES), { append: true });
    await Deno.writeTextFile(`${path}/${file}`, file, { append: true });
  }
  return path;
}

/** What makes an MP4 longer without a change of what it shows: a box that players pass over (ISO/IEC 14496-12, `free`). */
function padding(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let offset = 0; offset < length; offset += 65_536) {
    crypto.getRandomValues(bytes.subarray(offset, Math.min(length, offset + 65_536)));
  }
  new DataView(bytes.buffer).setUint32(0, length);
  bytes.set(new TextEncoder().encode("free"), 4);
  return bytes;
}

const named = (name: string) => ["--name", name];

async function setStage(scope: AsyncDisposableStack): Promise<Stage> {
  const community = scope.use(await Community.start());
  const [share, own, music] = await Promise.all([
    fill(community, "Films", films),
    fill(community, "Videos", [["tide.mp4", "Harbour, 4 am.mp4"], ["meadow.webm", "Our summer.webm"]]),
    fill(community, "Music", songs),
  ]);
  await community.tracker.send("POST", "/api/shares", {
    path: await fill(community, "Library", [
      ["aurora.mp4", "Northern Lights over Tromsø.mp4"],
      ["chime.mp3", "Chime.mp3"],
    ]),
  });
  const [, video, audio, empty, beginner] = await Promise.all([
    community.peer({
      share,
      args: ["--mode", "video", "--upload-rate", String(UPLOAD_KILOBYTES), ...named("Media cupboard")],
    }),
    community.peer({ share: own, args: ["--mode", "video", ...named("Anna's laptop")] }),
    community.peer({ share: music, args: ["--mode", "audio", ...named("Kitchen radio")] }),
    community.peer(),
    community.peer({ without: "tracker" }),
  ]);
  await beginner.send("PATCH", "/api/settings", { mode: "video" });
  await video.row("Bees.webm");
  const { infoHash: songHash } = await audio.row("Evening Chime.mp3");
  const paused = await video.row("A Meadow in June.webm");
  await video.send("POST", "/api/torrents", { source: paused.infoHash });
  const { infoHash } = await video.row("Winter Walk.mp4");
  await video.send("POST", "/api/torrents", { source: infoHash });
  await video.untilTorrent(infoHash, ({ peerCount }) => peerCount > 0, { timeoutMs: 20_000, what: "a peer" });
  return { community, video, audio, empty, beginner, infoHash, songHash };
}

function scenes({ community, video, audio, empty, beginner, infoHash, songHash }: Stage): readonly Scene[] {
  const { tracker } = community;
  const typed = (text: string) => async (page: Page) => {
    await page.locator(byId("search")).fill(text);
    await page.locator(byId("catalogue-count")).getByText(/^\d+ file/).waitFor();
  };
  const clicked = (id: string) => (page: Page) => page.locator(byId(id)).first().click();
  return [
    { name: "welcome", dashboard: empty, path: "/" },
    { name: "first-steps", dashboard: beginner, path: "/" },
    { name: "home", dashboard: video, path: "/" },
    { name: "home-list", dashboard: video, path: "/", prepare: clicked("view-list") },
    { name: "home-search", dashboard: video, path: "/", prepare: typed("orbit") },
    { name: "home-nothing", dashboard: video, path: "/?q=zebra" },
    { name: "home-music", dashboard: audio, path: "/" },
    { name: "downloads", dashboard: video, path: "/downloads" },
    { name: "downloads-empty", dashboard: audio, path: "/downloads" },
    {
      name: "remove-question",
      dashboard: video,
      path: "/downloads",
      prepare: clicked("remove"),
    },
    { name: "torrent", dashboard: video, path: `/torrent/${infoHash}`, prepare: drawn },
    { name: "video-player", dashboard: video, path: `/play/${infoHash}/0`, prepare: playing },
    { name: "music-player", dashboard: audio, path: `/play/${songHash}/0`, prepare: playing },
    { name: "albums", dashboard: audio, path: "/albums" },
    { name: "sharing", dashboard: video, path: "/sharing" },
    { name: "folder-chooser", dashboard: video, path: "/sharing", prepare: clicked("share-choose") },
    { name: "settings", dashboard: video, path: "/settings" },
    { name: "tracker-overview", dashboard: tracker, path: "/" },
    { name: "tracker-clients", dashboard: tracker, path: "/clients" },
    { name: "tracker-swarms", dashboard: tracker, path: "/swarms" },
    { name: "tracker-library", dashboard: tracker, path: "/library" },
    { name: "tracker-catalogue", dashboard: tracker, path: "/catalogue" },
  ];
}

/** It plays, and shows its controls. */
async function playing(page: Page): Promise<void> {
  await untilPlayed(page, 1);
  await page.mouse.move(180, 300);
}

/** A chart needs some seconds of samples to be one. */
async function drawn(page: Page): Promise<void> {
  await page.waitForTimeout(6_000);
}

async function photograph(browser: Browser, scene: Scene, look: string): Promise<void> {
  const page = await browser.open(scene.dashboard.url + scene.path, looks[look] ?? {});
  await page.locator("h1").first().waitFor();
  await page.waitForTimeout(500);
  await scene.prepare?.(page);
  await page.waitForTimeout(300);
  const name = `${scene.name}-${look}`;
  const publicName = shown[name];
  if (publicName !== undefined) await page.screenshot({ path: `${root}.github/screenshots/${publicName}.png` });
  // All of the page, in a window as high: so what is fixed to the window's foot lies where it belongs.
  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  const fullHeight = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.max(height, fullHeight) });
  await page.waitForTimeout(100);
  await page.screenshot({ path: `${folder}/${name}.png` });
  await page.context().close();
}

if (import.meta.main) {
  await Deno.mkdir(folder, { recursive: true });
  const wanted = Deno.args;
  await using scope = new AsyncDisposableStack();
  const stage = await setStage(scope);
  await using browser = await Browser.launch();
  for (const scene of scenes(stage)) {
    if (wanted.length > 0 && !wanted.some((part) => scene.name.includes(part))) continue;
    for (const look of Object.keys(looks)) await photograph(browser, scene, look);
    console.log(scene.name);
  }
  browser.assertQuiet();
}
