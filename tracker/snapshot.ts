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

/** `PSSW` and the layout's number. */
const MAGIC = 0x5053_5357;
const VERSION = 1;
const HEADER_LENGTH = 16;

/** Members written between two answers: less than a millisecond of work. */
const MEMBERS_AT_ONCE = 500;

/** Members read at once. */
const READ_RECORDS = 4096;

/** While the tracker is away nobody can renew a lease, so leases stand still; longer than this nobody waits for it. */
export const MAX_AWAY_MS: number = 10 * 60_000;

const logger = getLogger(["playswarm", "tracker"]);

/** Where the members are that are written. */
export interface SnapshotSource {
  /** One more than the highest number of a member. */
  end(): number;
  /** The members numbered from `from` on, at most `count` numbers. */
  records(from: number, count: number): readonly MembershipRecord[];
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
    for (let from = 0; from < source.end(); from += MEMBERS_AT_ONCE) {
      const records = source.records(from, MEMBERS_AT_ONCE);
      const bytes = new Uint8Array(records.length * MEMBERSHIP_RECORD_LENGTH);
      records.forEach((record, index) => encodeMembership(record, bytes.subarray(index * MEMBERSHIP_RECORD_LENGTH)));
      await writeAll(file, bytes);
    }
    await file.syncData();
  }
  await Deno.rename(partial, to.path);
}

/**
 * Reads a snapshot: members whose lease goes on now from where it was when they were written. None when there is no
 * snapshot, when it is older than {@link MAX_AWAY_MS}, or from where it is damaged.
 */
export async function* readSnapshot(
  from: { readonly path: string; readonly nowMs: number },
): AsyncGenerator<MembershipRecord> {
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
  const bytes = new Uint8Array(READ_RECORDS * MEMBERSHIP_RECORD_LENGTH);
  while (true) {
    const length = await readFull(file, bytes);
    for (let start = 0; start + MEMBERSHIP_RECORD_LENGTH <= length; start += MEMBERSHIP_RECORD_LENGTH) {
      const record = decodeMembership(bytes.subarray(start, start + MEMBERSHIP_RECORD_LENGTH));
      yield { ...record, leaseEndsAtMs: record.leaseEndsAtMs + Math.max(0, awayMs) };
    }
    if (length < bytes.length) return;
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
