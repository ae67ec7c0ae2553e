import { errorMeanings } from './error-meanings.ts';
import { findErrorCodes } from './find-error-codes.ts';
import { code, page, table } from './markdown.ts';

/** `docs/reference/errors.md` */
export function errorsPage(): string {
  const rows = findErrorCodes().map(({ code: name, kinds, packages }) => {
    const { meaning, act } = errorMeanings[name] ?? { meaning: '', act: '' };
    return [code(name), kinds.join(', '), packages.map(code).join(', '), meaning, act];
  });
  return page(
    'Errors',
    `Every error has a stable code. Its message names what is at fault, and often its hint says what to do in that very
case; here is what each code means. The kind says who has to act: the job's author (\`user\`), the operator
(\`config\`), nobody in particular (\`system\`), or nobody because it took too long (\`timeout\`) or was asked for
(\`canceled\`). Why a job failed, in words that programs read, is its [failure reason](failure-reasons.md).`,
    table(['Code', 'Kind', 'Package', 'Meaning', 'What to do'], rows),
  );
}
