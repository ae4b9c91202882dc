/**
 * Whether who sends that header `Accept` takes a media type (RFC 9110, 12.5.1): of the ranges that fit it the most
 * specific one decides, by its quality. Parameters other than that are not looked at.
 * @param type such as `text/csv`
 */
export function accepts(header: string | undefined, type: string): boolean {
  if (header === undefined || header.trim() === '') return true;
  const [kind = ''] = type.split('/');
  // From the least specific on.
  const fitting = ['*/*', `${kind}/*`, type];
  let best = { rank: -1, quality: 0 };
  for (const one of header.split(',')) {
    const [range = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase());
    const rank = fitting.indexOf(range);
    const q = parameters.find((parameter) => parameter.startsWith('q='));
    const quality = q === undefined ? 1 : Number(q.slice(2));
    if (rank > best.rank || (rank === best.rank && rank >= 0 && quality > best.quality))
      best = { rank, quality };
  }
  return best.quality > 0;
}
