import type { IncomingMessage, ServerResponse } from 'node:http';
import { respondJson } from './respond-json.ts';

/** One path a server answers. A path ending in `*` takes everything below it; exact paths win. */
export interface HttpRoute {
  /** Default `*`. */
  method?: 'GET' | 'POST' | '*' | undefined;
  path: string;
  /**
   * Whether log lines find the request's correlation id by themselves. Default true; a busy route that names the id in
   * its own lines may do without, because following it through every promise is a tenth of a short request's cost.
   */
  followsCorrelation?: boolean | undefined;
  handle(req: IncomingMessage, res: ServerResponse): void | Promise<void>;
}

/** Finds who answers a request; there is always somebody, if only to say 404. */
export interface RouteTable {
  find(req: IncomingMessage): Pick<HttpRoute, 'path' | 'handle' | 'followsCorrelation'>;
}

/** Exact paths win over prefixes, longer prefixes over shorter ones. */
export function createRouteTable(routes: readonly HttpRoute[]): RouteTable {
  const matches = (pattern: string, path: string) =>
    pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
  const ordered = [...routes].sort((a, b) => specificity(b.path) - specificity(a.path));
  return {
    find(req) {
      const path = pathOf(req);
      const onPath = ordered.filter((route) => matches(route.path, path));
      const route = onPath.find(
        ({ method = '*' }) => method === '*' || method === req.method || (method === 'GET' && req.method === 'HEAD'),
      );
      if (route !== undefined) return route;
      if (onPath[0] === undefined)
        return { path: 'unknown', handle: (_req, res) => respondJson(res, 404, { error: 'Not found.' }) };
      const allow = onPath.map(({ method }) => method).join(', ');
      return {
        path: onPath[0].path,
        handle: (_req, res) => {
          res.setHeader('allow', allow);
          respondJson(res, 405, { error: `Use ${allow}.` });
        },
      };
    },
  };
}

function specificity(path: string): number {
  return path.endsWith('*') ? path.length : 10_000 + path.length;
}

/** Without the query string. */
export function pathOf(req: IncomingMessage): string {
  const url = req.url ?? '/';
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}
