/** The category tree, fetched once and shaped for menus. */
import { useMemo } from 'react';
import { useQuery } from 'urql';
import { type CategoryTreeQuery, CategoryTreeDocument } from '../gql/graphql';

export type CategoryNode = CategoryTreeQuery['categories'][number] & { children: CategoryNode[] };

export function growTree(flat: CategoryTreeQuery['categories']): CategoryNode[] {
  const nodes = new Map(flat.map((category) => [category.id, { ...category, children: [] as CategoryNode[] }]));
  const roots: CategoryNode[] = [];
  for (const node of nodes.values()) {
    const parent = node.parent && nodes.get(node.parent.id);
    if (parent) parent.children.push(node);
    else roots.push(node);
  }
  return roots;
}

export function pathTo(roots: readonly CategoryNode[], slug: string): CategoryNode[] {
  for (const node of roots) {
    if (node.slug === slug) return [node];
    const below = pathTo(node.children, slug);
    if (below.length > 0) return [node, ...below];
  }
  return [];
}

export function useCategories() {
  const [{ data, fetching, error }] = useQuery({ query: CategoryTreeDocument });
  const roots = useMemo(() => growTree(data?.categories ?? []), [data]);
  return { roots, fetching, error };
}
