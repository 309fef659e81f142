/**
 * How fast a swarm can be at best, whatever it does.
 *
 * @module
 */
import type { LinkSpeed } from "./simulated_network.ts";

/**
 * The shortest time in which every leecher can have all of a file, in milliseconds: the seeder must send each byte once, the
 * slowest must take each byte in, and all uplinks together must send it to everybody (Kumar and Ross, "Peer-assisted file
 * distribution: the minimum distribution time", 2006).
 */
export function lowerBoundMs(
  length: number,
  { seeder, leechers }: { readonly seeder: LinkSpeed; readonly leechers: readonly LinkSpeed[] },
): number {
  const slowest = Math.min(...leechers.map(({ downloadBytesPerSecond }) => downloadBytesPerSecond));
  const uploads = leechers.reduce((sum, { uploadBytesPerSecond }) => sum + uploadBytesPerSecond, 0);
  const total = seeder.uploadBytesPerSecond + uploads;
  return 1000 * Math.max(length / seeder.uploadBytesPerSecond, length / slowest, leechers.length * length / total);
}
