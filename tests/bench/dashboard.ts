/**
 * `deno task bench:dashboard`: the dashboard in a real browser with a catalogue of ten thousand rows. How soon
 * home can be used, how long typing and scrolling keep a frame waiting, and what an hour of live updates, told in a
 * minute, does to the memory of page and program.
 *
 * @module
 */
import type { Page } from "playwright-core";
import { sampleTorrent } from "../../tracker/sample_torrent.ts";
import { encodeMetainfo } from "../../shared/metainfo.ts";
import { peerId } from "../../shared/ids.ts";
import { encodeAnnounceQuery } from "../../shared/wire/http_tracker_query.ts";
import { Browser, byId } from "../end_to_end/browser.ts";
import { Community } from "../end_to_end/community.ts";

/** Rows of the catalogue. */
const ROW_COUNT = Number(Deno.env.get("PLAYSWARM_BENCH_ROWS") ?? 10_000);

/** A word of every tenth name, to be typed letter by letter. */
const TYPED = "meadow 1";

/** Updates in the soak: what an hour of four a second would be. */
const UPDATE_COUNT = 14_400;

const words = ["Aurora", "Tide", "Orbit", "Harbour", "Lecture", "Garden", "Winter", "Bees", "Meadow", "Waves"];

async function fill(community: Community): Promise<void> {
  const base = `http://127.0.0.1:${community.port}`;
  const id = peerId(new TextEncoder().encode("-PS0100-benchdashbrd").slice(0, 20));
  const addOne = async (index: number) => {
    const name = `${words[index % words.length]} ${index} – a film with a name of usual length.mp4`;
    const metainfo = sampleTorrent(name, { fill: index % 251, length: 100 + index });
    const { infoHash } = metainfo.info;
    const put = await fetch(`${base}/torrents/${infoHash}?kind=video`, {
      method: "PUT",
      body: encodeMetainfo(metainfo),
    });
    await put.body?.cancel();
    const announce = { infoHash, peerId: id, port: 7000, uploaded: 0, downloaded: 0, left: 0 };
    const answer = await fetch(`${base}/announce?${encodeAnnounceQuery(announce, { isCompact: true })}`);
    await answer.body?.cancel();
  };
  for (let index = 0; index < ROW_COUNT; index += 20) {
    await Promise.all(Array.from({ length: Math.min(20, ROW_COUNT - index) }, (_, step) => addOne(index + step)));
  }
}

/** Milliseconds from the navigation until the first cards stand there and the search has the focus. */
async function openingMs(page: Page, url: string): Promise<number> {
  await page.goto("about:blank");
  const startMs = performance.now();
  await page.goto(url, { waitUntil: "commit" });
  await page.locator('[data-index="0"]').waitFor();
  await page.locator(byId("search")).waitFor();
  return performance.now() - startMs;
}

/** The longest wait between two frames while something is done, in milliseconds, and how many took over 50. */
async function longestFrame(page: Page, act: () => Promise<void>): Promise<{ longestMs: number; slowCount: number }> {
  await page.evaluate(() => {
    const watch = { gaps: [] as number[], isOn: true };
    Object.assign(globalThis, { frameWatch: watch });
    let last = performance.now();
    const next = (nowMs: number) => {
      watch.gaps.push(nowMs - last);
      last = nowMs;
      if (watch.isOn) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await act();
  return await page.evaluate(() => {
    const { frameWatch } = globalThis as unknown as { frameWatch: { gaps: number[]; isOn: boolean } };
    frameWatch.isOn = false;
    const gaps = frameWatch.gaps.slice(1);
    return { longestMs: Math.max(...gaps), slowCount: gaps.filter((gap) => gap > 50).length };
  });
}

async function heapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  await session.send("Performance.enable");
  const { metrics } = await session.send("Performance.getMetrics");
  await session.detach();
  return metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0;
}

async function residentBytes(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** Tells the page of changes as the program would, without the waiting: the page's own event stream is what takes them. */
async function soakPage(page: Page, url: string): Promise<void> {
  const torrent = {
    infoHash: "0123456789abcdef0123456789abcdef01234567",
    name: "A film on its way.mp4",
    state: "downloading",
    kind: "video",
    sizeBytes: 1e9,
    uploadRate: 0,
    uploadedBytes: 0,
    peerCount: 3,
    seederCount: 2,
    addedAtMs: 0,
    isShare: false,
    magnet: "magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567",
    files: [],
  };
  const status = await (await fetch(`${url}/api/status`)).json();
  const update = (count: number) => {
    const rate = 1e6 + (count % 100) * 1e4;
    const moved = { verifiedBytes: count * 6e4, downloadedBytes: count * 6e4, downloadRate: rate };
    const data = {
      status: { ...status, downloadRate: rate },
      torrents: [{ ...torrent, ...moved }],
      removed: [],
      catalogueVersion: "",
    };
    return `event: update\ndata: ${JSON.stringify(data)}\n\n`;
  };
  let count = 0;
  await page.route("**/api/events", async (route) => {
    // Each answer has as many updates as a minute has, and the stream is opened again after it.
    const body = Array.from({ length: 240 }, () => update(count++)).join("");
    await route.fulfill({ contentType: "text/event-stream", body: `retry: 1\n\n${body}` });
  });
  await page.goto(`${url}/downloads`);
  while (count < UPDATE_COUNT) await page.waitForTimeout(100);
}

if (import.meta.main) {
  await using scope = new AsyncDisposableStack();
  const community = scope.use(await Community.start({ args: ["--interval", "1800"] }));
  const peer = await community.peer({ args: ["--mode", "video"] });
  await fill(community);
  const row = (await peer.rows())[0];
  if (row === undefined) throw new Error("The catalogue stayed empty");
  await using browser = await Browser.launch();
  const page = await browser.open("about:blank");
  const openings = [];
  for (let round = 0; round < 5; round++) openings.push(await openingMs(page, peer.url));
  openings.sort((a, b) => a - b);
  console.log(`${await page.locator(byId("catalogue-count")).innerText()} in the catalogue`);
  console.log(`home usable after ${openings.map((ms) => `${Math.round(ms)} ms`).join(", ")} (goal: 1,000 ms)`);
  const typing = await longestFrame(page, async () => {
    await page.locator(byId("search")).pressSequentially(TYPED, { delay: 60 });
    await page.waitForTimeout(300);
    for (const _letter of TYPED) {
      await page.keyboard.press("Backspace");
      await page.waitForTimeout(60);
    }
    await page.waitForTimeout(300);
  });
  console.log(
    `typing: the longest frame ${typing.longestMs.toFixed(0)} ms, ${typing.slowCount} over 50 ms (goal: none)`,
  );
  const scrolling = await longestFrame(page, async () => {
    for (let turn = 0; turn < 60; turn++) {
      await page.mouse.wheel(0, 600);
      await page.waitForTimeout(16);
    }
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight / 2));
    await page.locator("[data-testid^='row-']").first().waitFor();
  });
  console.log(`scrolling: the longest frame ${scrolling.longestMs.toFixed(0)} ms, ${scrolling.slowCount} over 50 ms`);
  const elements = await page.evaluate(() => document.querySelectorAll("main *").length);
  console.log(`${elements} elements in the document`);

  const before = [await residentBytes(peer.program.pid), await residentBytes(community.tracker.program.pid)] as const;
  const soaked = await browser.open("about:blank", { expectedErrors: /./ });
  await soaked.goto(`${peer.url}/downloads`);
  await soaked.waitForTimeout(1000);
  await soakPage(soaked, peer.url);
  const early = await heapBytes(soaked);
  await soakPage(soaked, peer.url);
  const late = await heapBytes(soaked);
  console.log(`the page's heap after an hour of updates ${megabytes(early)}, after another ${megabytes(late)}`);
  const after = [await residentBytes(peer.program.pid), await residentBytes(community.tracker.program.pid)] as const;
  console.log(
    `the peer ${megabytes(before[0])} → ${megabytes(after[0])}, the tracker ${megabytes(before[1])} → ${
      megabytes(after[1])
    }`,
  );
}
