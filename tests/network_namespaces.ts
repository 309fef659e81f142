/**
 * Two machines on a network of their own, for the tests of what must not be tried on a real one: two network namespaces
 * of Linux joined by a cable (veth), made and removed by the test.
 *
 * @module
 */

/** Two namespaces that reach each other, and nobody else. */
export class NetworkNamespaces implements AsyncDisposable {
  /** Their names, for `Program.start` and `ip netns exec`. */
  readonly names: readonly [string, string];
  /** Their addresses on the cable. */
  readonly hosts: readonly [string, string] = ["10.77.0.1", "10.77.0.2"];
  /** Those of version 6, of which nobody else has any (RFC 4193). */
  readonly hostsIpv6: readonly [string, string] = ["fd00:77::1", "fd00:77::2"];

  private constructor(names: readonly [string, string]) {
    this.names = names;
  }

  /** Why none can be made here, or undefined when they can. */
  static async obstacle(): Promise<string | undefined> {
    if (Deno.build.os !== "linux") return "network namespaces are Linux's";
    if (Deno.uid() !== 0) return "network namespaces need root";
    const probe = `psw-${Deno.pid}-probe`;
    try {
      await ip(["netns", "add", probe]);
      await ip(["netns", "delete", probe]);
      return undefined;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return "iproute2 is not installed";
      return error instanceof Error ? error.message : String(error);
    }
  }

  /** Makes them. */
  static async create(): Promise<NetworkNamespaces> {
    const names = [`psw-${Deno.pid}-1`, `psw-${Deno.pid}-2`] as const;
    await using scope = new AsyncDisposableStack();
    for (const name of names) {
      await ip(["netns", "add", name]);
      scope.defer(() => ip(["netns", "delete", name]));
    }
    const ends = [["cable", "netns", names[0]], ["cable", "netns", names[1]]] as const;
    await ip(["link", "add", ...ends[0], "type", "veth", "peer", "name", ...ends[1]]);
    const network = new NetworkNamespaces(names);
    for (const [index, name] of names.entries()) {
      await ip(["-n", name, "link", "set", "lo", "up"]);
      await ip(["-n", name, "address", "add", `${network.hosts[index]}/24`, "dev", "cable"]);
      // Nobody else is on the cable who could have it: no time is spent on looking for one (RFC 4862).
      await ip(["-n", name, "address", "add", `${network.hostsIpv6[index]}/64`, "dev", "cable", "nodad"]);
      await ip(["-n", name, "link", "set", "cable", "up"]);
    }
    scope.move();
    return network;
  }

  /** Removes them, and the cable with them. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const name of this.names) await ip(["netns", "delete", name]);
  }
}

/** Gives what an HTTP server on a namespace's own loopback answers, as text; only a process inside of it can ask. */
export async function readPage(url: string, options: { readonly namespace: string }): Promise<string> {
  const script = `import urllib.request;print(urllib.request.urlopen("${url}").read().decode())`;
  const args = ["netns", "exec", options.namespace, "/usr/bin/python3", "-c", script];
  const { code, stdout, stderr } = await new Deno.Command("ip", { args, stdin: "null" }).output();
  const text = new TextDecoder();
  if (code !== 0) throw new Error(`${url} cannot be read: ${text.decode(stderr)}`);
  return text.decode(stdout);
}

/** Runs `ip` of iproute2; fails with what it says. */
export async function ip(args: readonly string[]): Promise<void> {
  const { code, stderr } = await new Deno.Command("ip", { args: [...args], stdin: "null" }).output();
  if (code !== 0) throw new Error(`ip ${args.join(" ")}: ${new TextDecoder().decode(stderr).trim()}`);
}
