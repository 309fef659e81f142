/**
 * What the routes of this room say no with. They know nothing of the dashboard's own refusals.
 *
 * @module
 */

/**
 * A problem document (RFC 9457).
 *
 * @param status The HTTP status.
 * @param title The status's name.
 * @param detail Why, as a sentence for the person at the player.
 */
export function refuse(status: number, title: string, detail: string): Response {
  return new Response(JSON.stringify({ type: "about:blank", status, title, detail }), {
    status,
    headers: { "Content-Type": "application/problem+json", "Cache-Control": "no-store" },
  });
}
