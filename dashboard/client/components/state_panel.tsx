/**
 * What stands where a list would be when there is nothing to list: what is the case, and what to do about it.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { Icon, type IconName } from "./icons.tsx";

/** What is the case. */
export interface StatePanelProps {
  readonly icon: IconName;
  readonly title: string;
  /** What to do: text, links, buttons. */
  readonly children?: ComponentChildren;
  readonly testId?: string;
  /** Whether it is all that the page has, so that its title is the page's. */
  readonly isPage?: boolean;
}

/**
 * An empty, failed or offline state.
 *
 * @param props see {@link StatePanelProps}
 */
export function StatePanel({ icon, title, children, testId, isPage = false }: StatePanelProps): JSX.Element {
  return (
    <section class="state-panel" data-testid={testId}>
      <span class="state-icon">
        <Icon name={icon} />
      </span>
      {isPage ? <h1>{title}</h1> : <h2>{title}</h2>}
      {children}
    </section>
  );
}

/** Stands for rows that are being asked for: calm grey shapes, said as one word. */
export function LoadingRows(): JSX.Element {
  return (
    <div class="loading" role="status">
      <span class="hidden">Loading…</span>
      {[1, 2, 3, 4, 5, 6].map((key) => <span key={key} class="loading-row" />)}
    </div>
  );
}

/** Stands for cards that are being asked for. */
export function LoadingCards(): JSX.Element {
  return (
    <div class="loading loading-cards" role="status">
      <span class="hidden">Loading…</span>
      {[1, 2, 3, 4, 5, 6, 7, 8].map((key) => <span key={key} class="loading-row" />)}
    </div>
  );
}

/** What a {@link Banner} says. */
export interface BannerProps {
  readonly icon: IconName;
  readonly children: ComponentChildren;
  readonly testId?: string;
}

/**
 * A line above a page that is still of use, about what is not right with it.
 *
 * @param props see {@link BannerProps}
 */
export function Banner({ icon, children, testId }: BannerProps): JSX.Element {
  return (
    <div class="banner" role="status" data-testid={testId}>
      <Icon name={icon} />
      <p>{children}</p>
    </div>
  );
}
