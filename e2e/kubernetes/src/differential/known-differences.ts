/** A difference that is meant. */
export interface KnownDifference {
  /** Sentences of the cases in which it shows; empty for whatever case it shows in. */
  readonly cases: readonly string[];
  /** Where, as a difference tells it; `*` stands for one step, a last `**` for any number of them. */
  readonly path: string;
  /** What the texts of both sides agree in when this is taken out of them; without it they may differ altogether. */
  readonly apart?: RegExp;
  readonly why: string;
}

/** What the embedded cluster answers otherwise than Kubernetes, and why it stays so. */
export const knownDifferences: readonly KnownDifference[] = [
  {
    cases: [],
    path: '/*/body/columnDefinitions/*/description',
    why: 'columns are described in sentences of Kubernetes, which no client needs',
  },
  {
    cases: ['a watch tells of what happens, as its selector has it'],
    path: '/*/body/*/object/columnDefinitions/*/description',
    why: 'columns are described in sentences of Kubernetes, which no client needs',
  },
  {
    cases: [],
    path: '/*/body/status/containerStatuses/*/imageID',
    why: 'containers of the embedded cluster have no image of their own',
  },
  {
    cases: [],
    path: '/*/body/status/resources',
    why: 'what the kernel grants a pod as a whole is not looked up',
  },
  {
    cases: ['a minimal claim', 'a claim of no class'],
    path: '/*/body/metadata/finalizers',
    why: 'the finalizer that protects a claim comes a moment after the claim, not with it',
  },
  {
    cases: ['a pod may not change most of its fields', 'a claim keeps its specification'],
    path: '/*/body/message',
    apart: /\n@@[^]*/u,
    why: "Kubernetes shows the difference of two of Go's own structures",
  },
  {
    cases: ['a pod may not change most of its fields', 'a claim keeps its specification'],
    path: '/*/body/details/causes/0/message',
    apart: /\n@@[^]*/u,
    why: "Kubernetes shows the difference of two of Go's own structures",
  },
  {
    cases: [
      'a merge patch of a wrong type',
      'a merge patch of an unknown field',
      'a merge patch of another kind',
      'a JSON patch of a wrong type',
      'a status of a wrong phase',
    ],
    path: '/*/body/message',
    apart: /"\{.*\}"/u,
    why: 'Kubernetes shows the whole object, fields in the order of the alphabet and with their managers',
  },
  {
    cases: [
      'a merge patch of a wrong type',
      'a merge patch of an unknown field',
      'a merge patch of another kind',
      'a JSON patch of a wrong type',
      'a status of a wrong phase',
    ],
    path: '/*/body/details/causes/0/message',
    apart: /"\{.*\}"/u,
    why: 'Kubernetes shows the whole object, fields in the order of the alphabet and with their managers',
  },
  {
    cases: ['a strategic patch of a wrong type'],
    path: '/*/body/message',
    why: "Kubernetes shows the patch as Go prints maps, and knows no field's name",
  },
  {
    cases: ['a strategic patch of a wrong type'],
    path: '/*/body/details/causes/0/message',
    why: "Kubernetes shows the patch as Go prints maps, and knows no field's name",
  },
  {
    cases: [
      'a merge patch of another uid',
      'a merge patch that makes it invalid',
      'a merge patch of what only the server sets',
      'a pod may not get an empty image',
      'delete of what has a finalizer waits for it',
    ],
    path: '/*/body/details/causes/*',
    why: 'Kubernetes checks metadata of an update more than once and lists what it finds as often',
  },
  {
    cases: ['a key twice is refused if strict', 'a key twice is warned about'],
    path: '/0/**',
    why: "JavaScript's JSON parser does not tell of keys that are there twice",
  },
  {
    cases: ['the administrator asks'],
    path: '/1/body/status/userInfo/*',
    why: 'the administrators are called differently',
  },
  {
    cases: ['exec without a command'],
    path: '/0/**',
    why: 'it is refused at once, where Kubernetes leaves it to the container runtime to fail',
  },
  {
    cases: ['exec of a program that is not there'],
    path: '/0/channels/**',
    why: 'a container is entered by a program that starts and then fails, where a runtime fails to start',
  },
];
