/**
 * The bar at the top: the mark, the search, the pages, and whether all is well. On a narrow screen the pages move to
 * the foot, where a thumb reaches them.
 *
 * @module
 */
import type { ComponentChildren, JSX } from "preact";
import type { ConnectionState } from "../event_stream.ts";
import { useShell } from "../shell_context.ts";
import { ConnectionMark } from "./connection_mark.tsx";
import { Icon, type IconName, Mark } from "./icons.tsx";
import { Link } from "./link.tsx";
import { SearchField, type SearchFieldProps } from "./search_field.tsx";

/** A page in the bar. */
export interface BarPage {
  readonly to: string;
  readonly label: string;
  readonly icon: IconName;
  readonly testId: string;
  /** The types of the routes that belong to it. */
  readonly routes: readonly string[];
  /** How many things go on there; nothing is shown for 0. */
  readonly count?: number;
}

/** What the bar shows. */
export interface AppBarProps {
  readonly name: string;
  readonly pages: readonly BarPage[];
  readonly search: SearchFieldProps;
  readonly connection: ConnectionState;
  /** Small facts beside the connection. */
  readonly children?: ComponentChildren;
}

/**
 * The bar.
 *
 * @param props see {@link AppBarProps}
 */
export function AppBar({ name, pages, search, connection, children }: AppBarProps): JSX.Element {
  const { router } = useShell();
  const current = router.route.value.type;
  return (
    <header class="app-bar">
      <Link to="/" class="brand" label={`${name}, start page`}>
        <Mark />
        <span class="brand-name">{name}</span>
      </Link>
      <SearchField {...search} />
      <nav class="pages" aria-label="Pages">
        {pages.map((page) => (
          <Link
            key={page.to}
            to={page.to}
            class="page-link"
            testId={page.testId}
            isCurrent={page.routes.includes(current)}
          >
            <Icon name={page.icon} />
            <span class="page-name">{page.label}</span>
            {page.count === undefined || page.count === 0 ? null : <span class="count">{page.count}</span>}
          </Link>
        ))}
      </nav>
      <div class="bar-facts">
        {children}
        <ConnectionMark connection={connection} />
      </div>
    </header>
  );
}
