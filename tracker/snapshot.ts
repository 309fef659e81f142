/**
 * The swarms on disk, so that a restart comes back knowing its clients: written some members at a time between answers,
 * first beside the old one and then in its place. A snapshot that cannot be read is as good as none.
 *
 * @module
 */
import { getLogger } from "@logtape/logtape";
import {
  decodeMembership,
  encodeMembership,
  MEMBERSHIP_RECORD_LENGTH,
  type MembershipRecord,
} from "./membership_record.ts";
import { decodeNamedClient, encodeNamedClient, type NamedClient } from "./named_client.ts";

/** `PSSW` and the layout's number. */
const MAGIC = 0x5053_5357;
const VERSION = 2;
const HEADER_LENGTH = 16;

/** Behind the header come blocks: what they hold and their length, 4 bytes each, then records, or lines of names. */
const BLOCK = { members: 1, names: 2, headLength: 8 } as const;

/** No block is longer: {@link AT_ONCE} records, or as many lines of 300 bytes at the most. */
const MAX_BLOCK_LENGTH = 256 * 1024;

/** Members or names written between two answers: less than a millisecond of work. */
const AT_ONCE = 500;

/** While the tracker is away nobody can renew a lease, so leases stand still; longer than this nobody waits for it. */
export const MAX_AWAY_MS: number = 10 * 60_000;

const logger = getLogger(["playswarm", "tracker"]);

/** What a snapshot holds: members, and the name of a client behind its members. */
export type SnapshotEntry =
  | { readonly type: "member"; readonly member: MembershipRecord }
  | { readonly type: "named"; readonly client: NamedClient };

/** Where the members are that are written. */
export interface SnapshotSource {
  /** One more than the highest number of a member. */
  end(): number;
  /** The members numbered from `from` on, at most `count` numbers. */
  records(from: number, count: number): readonly MembershipRecord[];
  /** The clients that have a name; some may come or go while they are gone through. */
  named(): Iterable<NamedClient>;
}

/** Writes a snapshot. `nowMs` on the clock of the leases, which goes on while it is written. */
export async function writeSnapshot(
  source: SnapshotSource,
  to: { readonly path: string; readonly nowMs: number },
): Promise<void> {
  const partial = `${to.path}.part`;
  {
    using file = await Deno.open(partial, { write: true, create: true, truncate: true, mode: 0o600 });
    const header = new DataView(new ArrayBuffer(HEADER_LENGTH));
    header.setUint32(0, MAGIC);
    header.setUint32(4, VERSION);
    header.setFloat64(8, to.nowMs);
    await writeAll(file, new Uint8Array(header.buffer));
    for (let from = 0; from < source.end(); from += AT_ONCE) {
      await writeBlock(file, BLOCK.members, encodeMembers(source.records(from, AT_ONCE)));
    }
    for (const clients of groupsOf(source.named(), AT_ONCE)) {
      await writeBlock(file, BLOCK.names, encoder.encode(clients.map(encodeNamedClient).join("\n")));
    }
    await file.syncData();
  }
  await Deno.rename(partial, to.path);
}

/**
 * Reads a snapshot: names, and members whose lease goes on now from where it was when they were written. None when there is no
 * snapshot, when it is older than {@link MAX_AWAY_MS}, or from where it is damaged.
 */
export async function* readSnapshot(
  from: { readonly path: string; readonly nowMs: number },
): AsyncGenerator<SnapshotEntry> {
  using file = await openIfThere(from.path);
  if (file === undefined) return;
  const header = new Uint8Array(HEADER_LENGTH);
  const isWhole = await readFull(file, header) === HEADER_LENGTH;
  const view = new DataView(header.buffer);
  const awayMs = from.nowMs - view.getFloat64(8);
  if (!isWhole || view.getUint32(0) !== MAGIC || view.getUint32(4) !== VERSION) {
    logger.warn("Cannot read {path}: clients will be known again as they announce", { path: from.path });
    return;
  }
  if (awayMs > MAX_AWAY_MS) return;
  for await (const { kind, bytes } of blocksOf(file)) {
    if (kind === BLOCK.members) yield* decodeMembers(bytes, Math.max(0, awayMs));
    else if (kind === BLOCK.names) yield* decodeNames(bytes);
  }
}

const encoder = new TextEncoder();

function encodeMembers(records: readonly MembershipRecord[]): Uint8Array {
  const bytes = new Uint8Array(records.length * MEMBERSHIP_RECORD_LENGTH);
  records.forEach((record, index) => encodeMembership(record, bytes.subarray(index * MEMBERSHIP_RECORD_LENGTH)));
  return bytes;
}

function* decodeMembers(bytes: Uint8Array, awayMs: number): Generator<SnapshotEntry> {
  for (let start = 0; start + MEMBERSHIP_RECORD_LENGTH <= bytes.length; start += MEMBERSHIP_RECORD_LENGTH) {
    const record = decodeMembership(bytes.subarray(start, start + MEMBERSHIP_RECORD_LENGTH));
    yield { type: "member", member: { ...record, leaseEndsAtMs: record.leaseEndsAtMs + awayMs } };
  }
}

function* decodeNames(bytes: Uint8Array): Generator<SnapshotEntry> {
  for (const line of new TextDecoder().decode(bytes).split("\n")) {
    const client = decodeNamedClient(line);
    if (client !== undefined) yield { type: "named", client };
  }
}

function* groupsOf<Item>(items: Iterable<Item>, size: number): Generator<readonly Item[]> {
  let group: Item[] = [];
  for (const item of items) {
    group.push(item);
    if (group.length < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

async function writeBlock(file: Deno.FsFile, kind: number, bytes: Uint8Array): Promise<void> {
  if (bytes.length === 0) return;
  const head = new DataView(new ArrayBuffer(BLOCK.headLength));
  head.setUint32(0, kind);
  head.setUint32(4, bytes.length);
  await writeAll(file, new Uint8Array(head.buffer));
  await writeAll(file, bytes);
}

/** The blocks up to the end, or to where it makes no sense; the last one may be cut short. */
async function* blocksOf(file: Deno.FsFile): AsyncGenerator<{ readonly kind: number; readonly bytes: Uint8Array }> {
  const head = new DataView(new ArrayBuffer(BLOCK.headLength));
  while (await readFull(file, new Uint8Array(head.buffer)) === BLOCK.headLength) {
    const length = head.getUint32(4);
    if (length > MAX_BLOCK_LENGTH) return;
    const bytes = new Uint8Array(length);
    yield { kind: head.getUint32(0), bytes: bytes.subarray(0, await readFull(file, bytes)) };
  }
}

async function openIfThere(path: string): Promise<Deno.FsFile | undefined> {
  try {
    return await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Reads until the buffer is full or the file ends; gives how many bytes there were. */
async function readFull(file: Deno.FsFile, bytes: Uint8Array): Promise<number> {
  let length = 0;
  while (length < bytes.length) {
    const count = await file.read(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  return length;
}

async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length;) offset += await file.write(bytes.subarray(offset));
}
