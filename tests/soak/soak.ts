/**
 * `deno task soak`: far more live updates than an hour brings, in a few minutes, to the programs and to their pages. A
 * tracker and two peers as real processes; clients come, announce and go; folders are shared and given up; a film is
 * downloaded and removed again; readers of the live updates come and go; two pages of Chromium go from page to page. Between the
 * parts all of it rests in the same state, the garbage is collected, and what is held then is told: it must not grow.
 *
 * @module
 */
import { formatBytes } from "../../shared/format.ts";
import { Browser } from "../end_to_end/browser.ts";
import { Dashboard, fixturePath, PeerProgram } from "../end_to_end/community.ts";
import { Folder, Program } from "../program.ts";
import { seededRandom } from "../simulation/seeded_random.ts";
import { Household } from "./household.ts";
import { InspectedProgram, type Memory } from "./inspected_program.ts";
import { Readers } from "./readers.ts";
import { Strangers } from "./strangers.ts";
import { type PageMemory, Wanderer } from "./wanderer.ts";

/** The shortest there is, so that who fell silent is soon forgotten. */
const INTERVAL_SECONDS = 1;

/** How long and how wide. */
export interface SoakOptions {
  /** Parts, with a look at the memory before each and after the last. */
  readonly partCount: number;
  readonly partSeconds: number;
  /** Before the first look: what is loaded and compiled once is there then. */
  readonly warmUpSeconds: number;
  /** Readers of each program's live updates at once. */
  readonly readerCount: number;
  readonly seed: number;
  /** Whose pages wander about, too, and for how long each of them is looked at. */
  readonly browser?: Browser;
  readonly stayMs: number;
}

/** What was held at one of the looks. */
export interface Look {
  readonly tracker: Memory;
  readonly peer: Memory;
  /** Of the tracker and of the peer; none without a browser. */
  readonly pages: readonly PageMemory[];
}

/** What came of it. */
export interface SoakResult {
  readonly looks: readonly Look[];
  readonly updateCount: number;
  readonly readerCount: number;
  readonly announceCount: number;
  readonly clientCount: number;
  readonly shareCount: number;
  readonly downloadCount: number;
}

/** Runs it. The programs live as long as the scope, which has to outlive the pages. */
export async function soak(scope: AsyncDisposableStack, options: SoakOptions): Promise<SoakResult> {
  const random = seededRandom(options.seed);
  const folder = scope.use(await Folder.create());
  const stage = await setStage(scope, folder);
  const { tracker, peer, trackerPort } = stage;
  const strangers = new Strangers(trackerPort, random);
  await strangers.describe();
  const { infoHash: film } = await peer.row("tide.mp4");
  const household = await Household.prepare(peer, { folder, film });
  const readers = [tracker, peer].map(({ url }) => new Readers(url, random));
  const { browser } = options;
  const wanderers = browser === undefined ? [] : [
    await Wanderer.open(browser, tracker.url),
    await Wanderer.open(browser, peer.url),
  ];
  const part = async (seconds: number) => {
    const signal = AbortSignal.timeout(seconds * 1000);
    await Promise.all([
      strangers.run(signal),
      household.run(signal),
      ...readers.map((some) => some.run(options.readerCount, signal)),
      ...wanderers.map((wanderer) => wanderer.run(options.stayMs, signal)),
    ]);
    await untilRested(tracker);
  };
  const look = async (): Promise<Look> => ({
    tracker: await stage.programs.tracker.memory(),
    peer: await stage.programs.peer.memory(),
    pages: await Promise.all(wanderers.map((wanderer) => wanderer.memory())),
  });
  await part(options.warmUpSeconds);
  const looks = [await look()];
  for (let number = 0; number < options.partCount; number++) {
    await part(options.partSeconds);
    looks.push(await look());
  }
  return {
    looks,
    updateCount: readers.reduce((sum, { updateCount }) => sum + updateCount, 0),
    readerCount: readers.reduce((sum, { readerCount }) => sum + readerCount, 0),
    announceCount: strangers.announceCount,
    clientCount: strangers.joinedCount,
    shareCount: household.shareCount,
    downloadCount: household.downloadCount,
  };
}

interface Stage {
  readonly tracker: Dashboard;
  readonly trackerPort: number;
  readonly peer: PeerProgram;
  /** The same two, to be looked into. */
  readonly programs: { readonly tracker: InspectedProgram; readonly peer: InspectedProgram };
}

async function setStage(scope: AsyncDisposableStack, folder: Folder): Promise<Stage> {
  const inspectedTracker = scope.use(
    await InspectedProgram.start("tracker", [
      ...["--host", "127.0.0.1", "--port", "0", "--peer-port", "0", "--dashboard", "127.0.0.1:0", "--no-lan"],
      ...["--interval", String(INTERVAL_SECONDS), "--data-dir", await folder.folder("tracker"), "--rate-limit", "0"],
    ]),
  );
  const trackerPort = await inspectedTracker.program.port();
  const peerFlags = async (name: string) => [
    ...["--mode", "video", "--host", "127.0.0.1", "--port", "0", "--no-lan", "--dashboard", "127.0.0.1:0"],
    ...["--tracker", `127.0.0.1:${trackerPort}`, "--data-dir", await folder.folder(`${name}/data`)],
    ...["--downloads", await folder.folder(`${name}/downloads`)],
  ];
  const films = await folder.folder("neighbour/films");
  await Deno.copyFile(fixturePath("tide.mp4"), `${films}/tide.mp4`);
  scope.use(Program.start("peer", [...await peerFlags("neighbour"), "--share", films]));
  const inspectedPeer = scope.use(await InspectedProgram.start("peer", await peerFlags("peer")));
  const tracker = new Dashboard(await inspectedTracker.program.dashboard(), inspectedTracker.program);
  const peer = new PeerProgram(await inspectedPeer.program.dashboard(), inspectedPeer.program, "");
  return { tracker, trackerPort, peer, programs: { tracker: inspectedTracker, peer: inspectedPeer } };
}

/** Waits until the leases of those who fell silent are over, and nobody but the neighbour has anything. */
async function untilRested(tracker: Dashboard): Promise<void> {
  await tracker.until(
    async () => (await tracker.clients()).length <= 1 ? true : undefined,
    { timeoutMs: 30_000, what: "nobody but the neighbour" },
  );
}

function tableOf(looks: readonly Look[]): readonly string[] {
  const row = (name: string, read: (look: Look) => number | undefined, words = formatBytes) =>
    name.padEnd(18) + looks.map((look) => words(read(look) ?? NaN).padStart(9)).join("");
  const number = (count: number) => count.toLocaleString("en");
  return [
    row("", (look) => looks.indexOf(look), (at) => ["start", "quarter", "half", "3/4", "end"][at] ?? ""),
    row("tracker heap", ({ tracker }) => tracker.heapBytes + tracker.bufferBytes),
    row("tracker resident", ({ tracker }) => tracker.residentBytes),
    row("peer heap", ({ peer }) => peer.heapBytes + peer.bufferBytes),
    row("peer resident", ({ peer }) => peer.residentBytes),
    row("tracker page heap", ({ pages }) => pages[0]?.heapBytes),
    row("tracker page nodes", ({ pages }) => pages[0]?.nodeCount, number),
    row("peer page heap", ({ pages }) => pages[1]?.heapBytes),
    row("peer page nodes", ({ pages }) => pages[1]?.nodeCount, number),
  ];
}

if (import.meta.main) {
  const partSeconds = Number(Deno.env.get("PLAYSWARM_SOAK_SECONDS") ?? 45);
  await using scope = new AsyncDisposableStack();
  await using browser = await Browser.launch();
  const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
  console.log(`seed ${seed}; four parts of ${partSeconds} s`);
  const parts = { partCount: 4, partSeconds, warmUpSeconds: partSeconds / 2 };
  const { looks, ...counts } = await soak(scope, { ...parts, readerCount: 12, seed, browser, stayMs: 700 });
  for (const [name, count] of Object.entries(counts)) console.log(`${name} ${count.toLocaleString("en")}`);
  for (const line of tableOf(looks)) console.log(line);
}
