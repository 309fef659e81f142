/**
 * What to give to a friend so that they find this tracker: its address as text to copy, and as a code to photograph.
 *
 * @module
 */
import type { JSX } from "preact";
import { encode } from "uqr";
import type { TrackerStatus } from "../../../shared/tracker_dashboard_views.ts";
import { CopyButton } from "./copy_button.tsx";

/** Whose address. */
export interface InvitationProps {
  readonly status: TrackerStatus;
}

/**
 * The invitation.
 *
 * @param props see {@link InvitationProps}
 */
export function Invitation({ status }: InvitationProps): JSX.Element {
  const [first = `localhost:${status.port}`, ...others] = status.addresses;
  return (
    <section class="panel invitation" data-testid="invitation">
      <div class="invitation-words">
        <h2>Invite a friend</h2>
        <p>Give them this address. They put it into their peer's settings, or start it so:</p>
        <p class="invitation-address path" data-testid="address">{first}</p>
        <p class="path">peer --tracker {first}{status.hasKey ? " --key …" : ""}</p>
        {status.hasKey ? <p class="facts">This community is private: tell them its key too.</p> : null}
        {others.length === 0 ? null : (
          <details class="more">
            <summary>Other addresses of this computer</summary>
            <ul class="path">{others.map((address) => <li key={address}>{address}</li>)}</ul>
          </details>
        )}
        <CopyButton label="Copy the address" what="The address" text={first} testId="copy-address" />
      </div>
      <QrCode text={first} />
    </section>
  );
}

/** A QR code (ISO/IEC 18004), black on white in every theme, as cameras want it. */
function QrCode({ text }: { readonly text: string }): JSX.Element {
  const { data, size } = encode(text, { ecc: "M", border: 2 });
  const path = data.flatMap((row, y) => row.flatMap((isDark, x) => isDark ? [`M${x} ${y}h1v1h-1z`] : [])).join("");
  return (
    <svg class="qr" viewBox={`0 0 ${size} ${size}`} role="img" aria-label={`QR code of ${text}`} data-testid="qr">
      <path d={path} />
    </svg>
  );
}
