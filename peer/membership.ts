/**
 * A peer as a member of a community: the tracker it belongs to, which it supplies with its torrents and tells its name,
 * and where it is on its own network. Where the tracker has lost its memory, everything is said anew.
 *
 * @module
 */
import type { AnnounceEvent } from "../shared/wire/announce.ts";
import type { PeerSettings } from "./api/peer_session.ts";
import { Community } from "./community.ts";
import type { Engine } from "./engine.ts";
import { LanAddress } from "./net/lan_address.ts";
import { NameTeller, type NameTellerOptions } from "./name_teller.ts";
import { Publisher } from "./publisher.ts";
import type { SessionOptions } from "./session_options.ts";
import { type CommunityAddress, readTrackerAddress } from "./tracker_address.ts";

/** What a {@link Membership} is made of. */
export interface MembershipOptions extends CommunityAddress {
  readonly engine: Pick<Engine, "peerId" | "listenPort" | "announcer">;
  /** What the peer is called; empty for nothing. */
  readonly name: string;
  /** The address that we listen on; absent: every address. */
  readonly host?: string;
  /** The catalogue changed, or the tracker came or went. */
  readonly onChange: () => void;
}

/** Our membership, until it is disposed of. */
export class Membership implements AsyncDisposable {
  readonly community: Community;
  readonly publisher: Publisher;
  readonly #nameTeller: NameTeller;
  readonly #lanAddress: LanAddress;
  readonly #scope = new AsyncDisposableStack();

  /** Asks nothing before the community is started. */
  constructor(options: MembershipOptions) {
    const { engine, name, tracker, key, host, onChange } = options;
    const { peerId, listenPort: port } = engine;
    const onRestart = () => {
      engine.announcer.reannounceAll();
      this.publisher.publishAll();
    };
    this.community = this.#scope.use(
      new Community({ tracker, ...(key === undefined ? {} : { key }), onChange, onRestart }),
    );
    this.publisher = this.#scope.use(new Publisher(this.community));
    this.#lanAddress = new LanAddress(tracker.host, { listenHost: host });
    const tell: NameTellerOptions["tell"] = async (name, how) => {
      const ip = await this.#lanAddress.told();
      return await this.community.tellName({ peerId, port, name, ...(ip === undefined ? {} : { ip }) }, how);
    };
    this.#nameTeller = this.#scope.use(new NameTeller({ name, tell }));
  }

  /**
   * Where we are on our own network, if the tracker at this address is to be told. Other trackers than ours are not: they
   * might take it for where everybody reaches us.
   */
  async lanAddressFor(url: string): Promise<string | undefined> {
    return this.community.announceUrls.includes(url) ? await this.#lanAddress.told() : undefined;
  }

  /** A tracker was announced to, and may have learnt of us just now. */
  noteAnnounced(url: string, event: AnnounceEvent): void {
    if (event === "started" && this.community.announceUrls.includes(url)) this.#nameTeller.noteStarted();
  }

  /** The peer is called so from now on; undefined: it has no name. */
  rename(name: string | undefined): void {
    this.#nameTeller.rename(name ?? "");
  }

  /** Ends what is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope.disposeAsync();
  }
}

/** The community that was given for this run, else the one that was chosen; a key goes with its tracker. */
export function communityToJoin(
  given: Pick<SessionOptions, "tracker" | "key">,
  { tracker: chosen }: Pick<PeerSettings, "tracker">,
): CommunityAddress | undefined {
  const remembered = chosen === undefined ? undefined : readTrackerAddress(chosen.address);
  const tracker = given.tracker ?? remembered?.tracker;
  if (tracker === undefined) return undefined;
  const key = given.key ?? (given.tracker === undefined ? chosen?.key : undefined);
  return { tracker, ...(key === undefined ? {} : { key }) };
}
