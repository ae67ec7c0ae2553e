import { expect, it } from 'vitest';
import { gitlabBinding } from './bindings.ts';

const { unsupported = [] } = gitlabBinding;

it.each([
  ['autoscaler', 'warn', 'no pause pods'],
  ['suspend_pvc_size', 'warn', 'suspended environments'],
  ['suspend_pvc_storage_class', 'warn', 'suspended environments'],
  ['/pre_clone_script', 'refuse', 'pre_get_sources_script'],
])(
  'the key %s of GitLab Runner gets the answer %s, with what happens instead',
  (key, answer, doc) => {
    const row = unsupported.find((each) => each.key === key);
    expect(row).toMatchObject({ answer });
    expect(row?.doc).toContain(doc);
  },
);
