/** What a test pod may say besides its command. */
export interface PodOptions {
  readonly image: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Shell program of the only container, `main`; waits by default. */
  readonly program?: string;
  /** Shell programs of several containers, by name, instead. */
  readonly programs?: Readonly<Record<string, string>>;
  readonly spec?: object;
  readonly metadata?: object;
  /** Fields of every container. */
  readonly container?: object;
}

/** Ends at once when asked to. */
export const wait = "trap 'exit 0' TERM; sleep 3600 & wait";

/** A pod that runs shell programs and does not linger. */
export function pod(name: string, options: PodOptions): object {
  const { image, labels, program = wait, programs = { main: program } } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, ...(labels === undefined ? {} : { labels }), ...options.metadata },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: Object.entries(programs).map(([container, text]) => ({
        name: container,
        image,
        imagePullPolicy: 'IfNotPresent',
        command: ['sh', '-c', text],
        ...options.container,
      })),
      ...options.spec,
    },
  };
}

/** A config map. */
export const configMap = (
  name: string,
  data: Readonly<Record<string, string>> = {},
  metadata: object = {},
): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data });
