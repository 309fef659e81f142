/**
 * A community's store in Redis or Valkey. A client is a hash of its memberships that expires with its lease, so the server
 * itself forgets whom nobody hears of; a torrent is a string that expires too; changes go round by publish and subscribe.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { type ChainableCommander, Redis } from "ioredis";
import { getLogger } from "@logtape/logtape";
import { formatEndpoint } from "../shared/endpoint.ts";
import { type InfoHash, parseInfoHash, parsePeerId } from "../shared/ids.ts";
import { MEDIA_KINDS, type MediaKind } from "../shared/media_kind.ts";
import {
  type CommunityChange,
  type CommunityStore,
  type CommunityWatcher,
  KEEP_TORRENT_MS,
  type SharedTorrent,
  StoreLostError,
} from "./community_store.ts";
import {
  decodeMembership,
  encodeMembership,
  MEMBERSHIP_RECORD_LENGTH,
  type MembershipName,
  type MembershipRecord,
} from "./membership_record.ts";
import { decodeNamedClient, encodeNamedClient } from "./named_client.ts";
import type { ClientName } from "./swarm_registry.ts";

/** Before every key, as a server may hold other things. */
const PREFIX = "playswarm:";
const CHANGES = `${PREFIX}changes`;

/** Beside the memberships in a client's hash; no info-hash. The name is forgotten with the client. */
const NAME_FIELD = "name";

/** Sets a field of a hash that is there: one whose client has gone would be made anew without an end of its lease. */
const SET_IF_THERE = `if redis.call("exists", KEYS[1]) == 1 then redis.call("hset", KEYS[1], ARGV[1], ARGV[2]) end`;

/** Keys that one round of a scan looks at. */
const SCAN_COUNT = 500;

/** Until it is tried again. */
const RETRY_MS = 500;

/** A server that does not answer a command in this time is lost. */
const COMMAND_TIMEOUT_MS = 5000;

const logger = getLogger(["playswarm", "tracker", "store"]);

/** A message between trackers. */
interface Message {
  /** Who says it, as nobody wants to hear itself. */
  readonly from: string;
  /** Members in Base64, kept ones and those who are gone; info-hashes of torrents. */
  readonly changes: readonly { readonly type: CommunityChange["type"]; readonly value: string }[];
}

/** One tracker's access to a Redis server. */
export class RedisStore implements CommunityStore {
  readonly #commands: Redis;
  readonly #subscriber: Redis;
  readonly #id = randomBytes(8).toString("hex");
  #watcher: CommunityWatcher | undefined;
  #hearing: Promise<void> = Promise.resolve();
  #isClosing = false;

  private constructor(url: string) {
    const options = {
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_TIMEOUT_MS,
      retryStrategy: () => RETRY_MS,
    };
    this.#commands = new Redis(url, options);
    this.#subscriber = new Redis(url, options);
  }

  /**
   * Connects.
   *
   * @param url `redis://host:port/database`, or `rediss://` with TLS
   * @throws {StoreLostError} when nobody answers there
   */
  static async connect(url: string): Promise<RedisStore> {
    const store = new RedisStore(url);
    try {
      await store.#open();
      return store;
    } catch (error) {
      store.#close();
      throw new StoreLostError(`Cannot reach the store at ${withoutPassword(url)}`, { cause: error });
    }
  }

  /** Whether both connections stand. */
  get isConnected(): boolean {
    return this.#commands.status === "ready" && this.#subscriber.status === "ready";
  }

  /** All that is there. */
  async *load(): AsyncIterable<CommunityChange> {
    for await (const keys of this.#scan(`${PREFIX}client:*`)) {
      const pipeline = this.#commands.pipeline();
      for (const key of keys) pipeline.hgetall(key);
      for (const fields of await this.#execute(pipeline)) yield* clientOf(fields);
    }
    for await (const keys of this.#scan(`${PREFIX}torrent:*`)) {
      for (const key of keys) {
        const torrent = await this.#torrent(parseInfoHash(key.slice(`${PREFIX}torrent:`.length)));
        if (torrent !== undefined) yield { type: "torrent", torrent };
      }
    }
  }

  /** Keeps these changes, and tells the others. */
  async publish(changes: readonly CommunityChange[]): Promise<void> {
    if (changes.length === 0) return;
    const pipeline = this.#commands.pipeline();
    for (const change of changes) keep(pipeline, change);
    const message: Message = { from: this.#id, changes: changes.map(messageOf) };
    pipeline.publish(CHANGES, JSON.stringify(message));
    await this.#execute(pipeline);
  }

  /** Tells of what others publish. */
  watch(watcher: CommunityWatcher): void {
    this.#watcher = watcher;
  }

  /** Closes both connections. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#close();
    await this.#hearing;
  }

  async #open(): Promise<void> {
    for (const connection of [this.#commands, this.#subscriber]) {
      connection.on("error", (error: Error) => logger.debug("The store: {error}", { error }));
    }
    await Promise.all([this.#commands.connect(), this.#subscriber.connect()]);
    await this.#subscriber.subscribe(CHANGES);
    this.#subscriber.on("message", (_channel: string, text: string) => {
      // One after another: the order of changes is the order in which they were told.
      this.#hearing = this.#hearing.then(() => this.#hear(text));
    });
    for (const connection of [this.#commands, this.#subscriber]) {
      connection.on("ready", () => this.isConnected && this.#watcher?.connected(true));
      connection.on("close", () => !this.#isClosing && this.#watcher?.connected(false));
    }
  }

  #close(): void {
    this.#isClosing = true;
    this.#commands.disconnect();
    this.#subscriber.disconnect();
  }

  async #hear(text: string): Promise<void> {
    const message: Message = JSON.parse(text);
    if (message.from === this.#id || this.#isClosing) return;
    for (const { type, value } of message.changes) {
      try {
        const change = await this.#changeOf(type, value);
        if (change !== undefined) this.#watcher?.changed(change);
      } catch (error) {
        // It will be there when everything is loaded again, as it is when the store is found.
        if (!(error instanceof StoreLostError)) throw error;
      }
    }
  }

  async #changeOf(type: CommunityChange["type"], value: string): Promise<CommunityChange | undefined> {
    switch (type) {
      case "kept":
      case "gone":
        return { type, member: memberOf(value) };
      case "named": {
        const client = decodeNamedClient(value);
        return client === undefined ? undefined : { type, client };
      }
      case "torrent": {
        const torrent = await this.#torrent(parseInfoHash(value));
        return torrent === undefined ? undefined : { type, torrent };
      }
    }
  }

  async #torrent(infoHash: InfoHash): Promise<SharedTorrent | undefined> {
    const [text] = await this.#execute(this.#commands.pipeline().get(`${PREFIX}torrent:${infoHash}`));
    if (typeof text !== "string") return undefined;
    const [kind = "", bytes = ""] = text.split(" ");
    return { infoHash, bytes: Uint8Array.fromBase64(bytes), ...(isMediaKind(kind) ? { kind } : {}) };
  }

  async *#scan(pattern: string): AsyncGenerator<readonly string[]> {
    let cursor = "0";
    do {
      const [page] = await this.#execute(this.#commands.pipeline().scan(cursor, "MATCH", pattern, "COUNT", SCAN_COUNT));
      const [next, keys] = Array.isArray(page) ? page : ["0", []];
      cursor = String(next);
      yield textsOf(keys);
    } while (cursor !== "0");
  }

  async #execute(pipeline: ChainableCommander): Promise<readonly unknown[]> {
    try {
      const answers = await pipeline.exec() ?? [];
      return answers.map(([error, answer]) => {
        if (error !== null) throw error;
        return answer;
      });
    } catch (error) {
      throw new StoreLostError("The store does not answer", { cause: error });
    }
  }
}

function keep(pipeline: ChainableCommander, change: CommunityChange): void {
  switch (change.type) {
    case "kept": {
      const key = clientKey(change.member);
      pipeline.hset(key, change.member.infoHash, textOf(change.member));
      pipeline.pexpireat(key, Math.ceil(change.member.leaseEndsAtMs));
      break;
    }
    case "gone":
      pipeline.hdel(clientKey(change.member), change.member.infoHash);
      break;
    case "named": {
      const key = clientKey(change.client);
      if (change.client.displayName === "") pipeline.hdel(key, NAME_FIELD);
      else pipeline.eval(SET_IF_THERE, 1, key, NAME_FIELD, encodeNamedClient(change.client));
      break;
    }
    case "torrent": {
      const { infoHash, kind = "-", bytes } = change.torrent;
      pipeline.set(`${PREFIX}torrent:${infoHash}`, `${kind} ${bytes.toBase64()}`, "PX", KEEP_TORRENT_MS);
      break;
    }
  }
}

function messageOf(change: CommunityChange): Message["changes"][number] {
  if (change.type === "torrent") return { type: change.type, value: change.torrent.infoHash };
  if (change.type === "named") return { type: change.type, value: encodeNamedClient(change.client) };
  return { type: change.type, value: textOf(change.type === "kept" ? change.member : nothingOf(change.member)) };
}

/** A record that says no more than a name. */
function nothingOf(name: MembershipName): MembershipRecord {
  const nothing = { leftBytes: 0, uploadedBytes: 0, downloadedBytes: 0, isPartialSeeder: false, leaseEndsAtMs: 0 };
  return { ...name, ...nothing };
}

function clientKey(client: ClientName): string {
  return `${PREFIX}client:${parsePeerId(client.peerId)}@${formatEndpoint(client)}`;
}

function textOf(member: MembershipRecord): string {
  const bytes = new Uint8Array(MEMBERSHIP_RECORD_LENGTH);
  encodeMembership(member, bytes);
  return bytes.toBase64();
}

function memberOf(text: string): MembershipRecord {
  return decodeMembership(Uint8Array.fromBase64(text));
}

/** What a client's hash says: its members, then its name. */
function* clientOf(fields: unknown): Generator<CommunityChange> {
  if (typeof fields !== "object" || fields === null) return;
  for (const [field, value] of Object.entries(fields)) {
    if (field !== NAME_FIELD && typeof value === "string") yield { type: "kept", member: memberOf(value) };
  }
  const name: unknown = Reflect.get(fields, NAME_FIELD);
  const client = typeof name === "string" ? decodeNamedClient(name) : undefined;
  if (client !== undefined) yield { type: "named", client };
}

function textsOf(values: unknown): readonly string[] {
  return Array.isArray(values) ? values.filter((value) => typeof value === "string") : [];
}

function isMediaKind(text: string): text is MediaKind {
  return MEDIA_KINDS.some((kind) => kind === text);
}

/** A URL as it may stand in a log. */
function withoutPassword(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//");
}
