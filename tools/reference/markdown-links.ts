/** Relative links and images of a page, in its order; those of references too. */
export function links(markdown: string): readonly string[] {
  const text = withoutFences(markdown).replaceAll(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '');
  const written = /\]\(\s*(?:<([^>]*)>|([^\s)]+))|^ {0,3}\[[^\]]+\]:\s+(\S+)/gm;
  return [...text.matchAll(written)]
    .map(([, angled, plain, reference]) => angled ?? plain ?? reference ?? '')
    .filter((link) => !/^[a-z][a-z+.-]*:|^\/\//i.test(link));
}

/** Anchors of a page's headings, as GitHub makes them. */
export function anchors(markdown: string): readonly string[] {
  const seen = new Map<string, number>();
  return [...withoutFences(markdown).matchAll(/^#{1,6} +(.*?) *$/gm)].map(([, title = '']) => {
    const anchor = title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

const withoutFences = (markdown: string): string =>
  markdown.replaceAll(/^ *(```+|~~~+)[\s\S]*?^ *\1/gm, '');
