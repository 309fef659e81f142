/**
 * A link to another page of the dashboard: an ordinary anchor (it can be opened in a new tab), followed without
 * loading the page again.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import { useShell } from "../shell_context.ts";

/** Where a link leads and how it looks. */
export interface LinkProps {
  /** Path and query inside the dashboard. */
  readonly to: string;
  readonly children: ComponentChildren;
  readonly class?: string;
  /** What it is called when its content does not say so. */
  readonly label?: string;
  readonly title?: string;
  readonly testId?: string;
  /** Whether another link beside it leads to the same place, so that the keyboard need not stop here too. */
  readonly isSecond?: boolean;
  /** Whether it leads to the page that is shown. */
  readonly isCurrent?: boolean;
}

/**
 * A link inside the dashboard.
 *
 * @param props see {@link LinkProps}
 */
export function Link(props: LinkProps): JSX.Element {
  const { router } = useShell();
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    router.open(props.to);
  };
  return (
    <a
      href={props.to}
      class={props.class}
      aria-label={props.label}
      aria-current={props.isCurrent === true ? "page" : undefined}
      title={props.title}
      tabIndex={props.isSecond === true ? -1 : undefined}
      data-testid={props.testId}
      onClick={follow}
    >
      {props.children}
    </a>
  );
}
