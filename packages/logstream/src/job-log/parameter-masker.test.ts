import { describe, expect, it } from 'vitest';
import { gitlabSecretParameters } from './gitlab-rules.ts';
import { createParameterMasker, parameterNames } from './parameter-masker.ts';
import { bytewise, pushAll } from './push-all.test.helper.ts';

const gitlab = parameterNames(gitlabSecretParameters);
const key = parameterNames(['key']);

describe('parameters of addresses', () => {
  it.each([
    ['end at the next one', 'u?private_token=abc&b=c', 'u?private_token=[MASKED]&b=c'],
    ['may be the second one', 'u?a=b&rss_token=abc d', 'u?a=b&rss_token=[MASKED] d'],
    ['may follow each other', '?rss_token=a&rss_token=b', '?rss_token=[MASKED]&rss_token=[MASKED]'],
    [
      'end at a question mark',
      '?rss_token=a?rss_token=b',
      '?rss_token=[MASKED]?rss_token=[MASKED]',
    ],
    ['end at the end of a line', '?rss_token=a\nb', '?rss_token=[MASKED]\nb'],
    ['end at a control character', '?rss_token=a\u001B[0m', '?rss_token=[MASKED]\u001B[0m'],
    ['may be empty', '?rss_token=&b', '?rss_token=[MASKED]&b'],
    ['may end the log', '?rss_token=abc', '?rss_token=[MASKED]'],
    ['may have a value of any characters', '?rss_token=ä"#=', '?rss_token=[MASKED]'],
    ['are known in any case', '?X-Amz-Signature=f00 ', '?X-Amz-Signature=[MASKED] '],
    ['are known by their whole name', '?xrss_token=a&rss_token2=b', '?xrss_token=a&rss_token2=b'],
    ['stand behind a mark', 'rss_token=a ?b&c rss_token=d', 'rss_token=a ?b&c rss_token=d'],
    ['need an equals sign', '?rss_token&b', '?rss_token&b'],
    ['may follow an unfinished name', '?rss_?rss_token=a', '?rss_?rss_token=[MASKED]'],
    ['may have been replaced already', '?rss_token=[MASKED]x', '?rss_token=[MASKED]'],
  ])('%s, however the bytes arrive', (_behaviour, text, expected) => {
    expect(pushAll(createParameterMasker(gitlab), [text])).toBe(expected);
    expect(pushAll(createParameterMasker(gitlab), bytewise(text))).toBe(expected);
  });

  it.each(gitlabSecretParameters)('of GitLab: %s', (name) => {
    const masker = createParameterMasker(gitlab);
    expect(pushAll(masker, [`?${name}=abc&`])).toBe(`?${name}=[MASKED]&`);
  });

  it('never hold bytes back', () => {
    const masker = createParameterMasker(key);
    const push = (text: string): string => Buffer.from(masker.push(Buffer.from(text))).toString();
    expect(['a?k', 'ey', '=', 'abc', 'def', '&'].map(push)).toEqual([
      'a?k',
      'ey',
      '=[MASKED]',
      '',
      '',
      '&',
    ]);
  });

  it.each(['?', '?ke', '?key', '?key=', '?key=ab', '?other', ''])('go on behind %j', (before) => {
    const rest = '=key=cd&key=ef';
    const whole = pushAll(createParameterMasker(key), [before + rest]);
    const first = createParameterMasker(key);
    const head = Buffer.from(first.push(Buffer.from(before))).toString();
    const state = first.idle() ? undefined : structuredClone(first.state());
    expect(head + pushAll(createParameterMasker(key, { state }), [rest])).toBe(whole);
  });
});
