/**
 * One interface's socket for `multicast-dns`, over the datagrams of Deno: those of `node:dgram` leave by the wrong interface,
 * or by none, in some runtimes. Heard is what comes to the group; what is said leaves from the interface's own address.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { EventEmitter } from "node:events";

/** The group of multicast DNS (RFC 6762, section 3). */
const GROUP = { host: "224.0.0.251", port: 5353 } as const;

/** What `multicast-dns` calls of a socket. */
export class MulticastSocket extends EventEmitter {
  readonly #receiver: Deno.DatagramConn;
  readonly #sender: Deno.DatagramConn;
  readonly #receiving: Promise<void>;
  #isClosed = false;

  /** Opens the port, which other programs use as well. @throws Deno.errors.AddrInUse, Deno.errors.AddrNotAvailable */
  constructor(address: string) {
    super();
    using scope = new DisposableStack();
    const open = (hostname: string) => {
      const options = { transport: "udp", hostname, port: GROUP.port, reuseAddress: true, loopback: true } as const;
      const socket = Deno.listenDatagram(options);
      scope.defer(() => socket.close());
      return socket;
    };
    this.#receiver = open("0.0.0.0");
    this.#sender = open(address);
    scope.move();
    this.#receiving = this.#receive(address);
  }

  /** Sends part of a message; tells when it is sent, or why it is not. */
  // deno-lint-ignore house/function-shape -- as a socket of Node is called
  send(
    message: Uint8Array,
    offset: number,
    length: number,
    port: number,
    host: string,
    onSent: (error?: unknown) => void,
  ): void {
    const bytes = message.subarray(offset, offset + length);
    this.#sender.send(bytes, { transport: "udp", hostname: host, port }).then(() => onSent(), onSent);
  }

  /** Closes the sockets. */
  close(onClosed: () => void): void {
    this.#isClosed = true;
    this.#receiver.close();
    this.#sender.close();
    void this.#receiving.then(onClosed);
  }

  async #receive(address: string): Promise<void> {
    try {
      await this.#receiver.joinMulticastV4(GROUP.host, address);
      while (!this.#isClosed) {
        const [datagram, from] = await this.#receiver.receive();
        if (from.transport !== "udp") continue;
        this.emit("message", Buffer.from(datagram), { address: from.hostname, port: from.port });
      }
    } catch (error) {
      // Closing ends the wait with an error; any other is the network's.
      if (!this.#isClosed) this.emit("error", error);
    }
  }
}
