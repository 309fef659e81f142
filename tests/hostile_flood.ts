/**
 * A flood of what no honest client sends: random bytes, announces and scrapes with connection ids of nobody, datagrams cut
 * short or filled up, and HTTP requests of every wrong kind. Bounded in number and time; to this machine only. By hand, for
 * ten seconds against a tracker of its own: `deno run -A tests/hostile_flood.ts`.
 *
 * @module
 */
import { addressWords } from "../tracker/address_words.ts";
import { BATCH_SIZE, BatchSocket, DatagramBatch, SLOT_LENGTH } from "../tracker/datagram_batches.ts";
import { Folder, Program } from "./program.ts";

/** How much. */
export interface FloodOptions {
  readonly port: number;
  readonly seconds: number;
  /** Datagrams and requests a second at most. */
  readonly datagramsPerSecond: number;
  readonly requestsPerSecond: number;
}

/** What was sent. */
export interface FloodResult {
  readonly datagramCount: number;
  readonly requestCount: number;
}

/** Batches between two looks at everything else that goes on. */
const BATCHES_AT_ONCE = 8;

const HOSTILE_PATHS: readonly string[] = [
  "/announce",
  "/announce?info_hash=short&peer_id=short&port=99999",
  "/announce?info_hash=%00%01%02%03%04%05%06%07%08%09%0a%0b%0c%0d%0e%0f%10%11%12%13&numwant=999999999&left=-1",
  `/scrape?${"info_hash=%ff&".repeat(200)}`,
  `/catalogue?q=${"%f0%9f%8e%ac".repeat(300)}&cursor=AAAA`,
  "/torrents/../../etc/passwd",
  "/%00",
];

/** Floods a tracker on this machine. */
export async function flood(options: FloodOptions): Promise<FloodResult> {
  const endMs = performance.now() + options.seconds * 1000;
  const [datagramCount, requestCount] = await Promise.all([
    floodDatagrams(options, endMs),
    floodRequests(options, endMs),
  ]);
  return { datagramCount, requestCount };
}

async function floodDatagrams({ port, datagramsPerSecond }: FloodOptions, endMs: number): Promise<number> {
  const socket = BatchSocket.bind(addressWords("127.0.0.1"), 0);
  if (socket === undefined) throw new Error("The flood needs Linux");
  const batch = new DatagramBatch();
  const answers = new DatagramBatch();
  const startMs = performance.now();
  let count = 0;
  fillHostile(batch, port);
  while (performance.now() < endMs) {
    const due = (performance.now() - startMs) * datagramsPerSecond / 1000;
    for (let turn = 0; turn < BATCHES_AT_ONCE && count < due; turn++) {
      count += socket.send(batch, BATCH_SIZE);
      socket.receive(answers);
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  socket.close();
  return count;
}

/** Every kind of datagram, of many lengths. */
function fillHostile(batch: DatagramBatch, port: number): void {
  const to = { address: addressWords("127.0.0.1"), port };
  for (let slot = 0; slot < BATCH_SIZE; slot++) {
    const start = slot * SLOT_LENGTH;
    crypto.getRandomValues(batch.bytes.subarray(start, start + SLOT_LENGTH));
    if (slot % 8 === 0) batch.view.setBigUint64(start, 0x417_2710_1980n);
    if (slot % 4 !== 3) batch.view.setUint32(start + 8, slot % 4);
    batch.setDestination(slot, to);
    batch.setLength(slot, [16, 98, 15, 1400, 0, 97, 36, 300][slot % 8] ?? 16);
  }
}

async function floodRequests({ port, requestsPerSecond }: FloodOptions, endMs: number): Promise<number> {
  const startMs = performance.now();
  let count = 0;
  while (performance.now() < endMs) {
    const due = Math.min(16, Math.floor((performance.now() - startMs) * requestsPerSecond / 1000) - count);
    await Promise.all(Array.from({ length: Math.max(0, due) }, async () => {
      const path = HOSTILE_PATHS[count++ % HOSTILE_PATHS.length] ?? "/";
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      await response.body?.cancel();
    }));
    if (due <= 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return count;
}

/** Announces of one honest client over UDP, one after another, until told to stop. */
export async function honestAnnounces(
  port: number,
  signal: AbortSignal,
): Promise<{ readonly askedCount: number; readonly answeredCount: number; readonly worstMs: number }> {
  const socket = Deno.listenDatagram({ transport: "udp", hostname: "127.0.0.1", port: 0 });
  const to = { transport: "udp", hostname: "127.0.0.1", port } as const;
  let [askedCount, answeredCount, worstMs] = [0, 0, 0];
  let receiving: Promise<Uint8Array | undefined> | undefined;
  const ask = async (bytes: Uint8Array): Promise<Uint8Array | undefined> => {
    const begun = performance.now();
    askedCount++;
    await socket.send(bytes, to);
    // Closing the socket ends the last wait with an error.
    receiving ??= socket.receive().then(([received]) => received, () => undefined);
    const { promise: silence, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(resolve, 1000);
    const answer = await Promise.race([receiving, silence]);
    clearTimeout(timer);
    if (answer === undefined) return undefined;
    receiving = undefined;
    answeredCount++;
    worstMs = Math.max(worstMs, performance.now() - begun);
    return answer;
  };
  const connect = new DataView(new ArrayBuffer(16));
  connect.setBigUint64(0, 0x417_2710_1980n);
  let id = await ask(new Uint8Array(connect.buffer));
  while (!signal.aborted) {
    if (id === undefined) id = await ask(new Uint8Array(connect.buffer));
    const announce = new Uint8Array(98).fill(7);
    announce.set(id?.subarray(8, 16) ?? []);
    announce.set([0, 0, 0, 1], 8);
    await ask(announce);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  socket.close();
  await receiving;
  return { askedCount, answeredCount, worstMs };
}

function memoryOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(Deno.readTextFileSync(`/proc/${pid}/status`))?.[1]) / 1024;
}

if (import.meta.main) {
  const [kind, given] = Deno.args;
  if (kind === "flood") {
    console.log(JSON.stringify(await flood(JSON.parse(given ?? "{}"))));
    Deno.exit();
  }
  await using folder = await Folder.create();
  await using program = Program.start("tracker", [
    ...["--host", "127.0.0.1", "--port", "0", "--peer-port", "0", "--dashboard", "127.0.0.1:0", "--no-lan"],
    ...["--data-dir", folder.path],
  ]);
  const port = await program.port();
  const options: FloodOptions = { port, seconds: 1, datagramsPerSecond: 1e6, requestsPerSecond: 1e5 };
  const run = async (seconds: number) => {
    const args = ["run", "-A", "--quiet", import.meta.url, "flood", JSON.stringify({ ...options, seconds })];
    const { stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" }).output();
    const result: FloodResult = JSON.parse(new TextDecoder().decode(stdout));
    return result;
  };
  await run(2);
  const before = memoryOf(program.pid);
  const stop = new AbortController();
  const honest = honestAnnounces(port, stop.signal);
  const { datagramCount, requestCount } = await run(10);
  stop.abort();
  const { askedCount, answeredCount, worstMs } = await honest;
  console.log(`${Math.round(datagramCount / 10)} datagrams and ${Math.round(requestCount / 10)} requests a second`);
  console.log(`honest: ${answeredCount} of ${askedCount} answered, the slowest after ${worstMs.toFixed(0)} ms`);
  console.log(`memory: ${before.toFixed(0)} MiB, then ${memoryOf(program.pid).toFixed(0)} MiB`);
}
