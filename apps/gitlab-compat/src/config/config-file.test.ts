import { describe, expect, it } from 'vitest';
import { configFile, noConfig } from './config-file.ts';

const read = (text: string, environment: NodeJS.ProcessEnv = {}) =>
  configFile(text, 'config.toml', environment);

describe('a configuration', () => {
  it('that says nothing has the defaults of GitLab Runner, and no runner', () => {
    expect(noConfig('config.toml')).toEqual({
      global: {
        concurrent: 1,
        checkInterval: 3_000,
        shutdownTimeout: 30_000,
        connectionAge: 900_000,
        logLevel: undefined,
        logFormat: undefined,
        stateDirectory: undefined,
        onTerminate: 'abort',
      },
      runners: [],
    });
  });

  it('says how each runner asks for jobs', () => {
    const { runners } = read(`
concurrent = 4
[[runners]]
name = "a"
limit = 2
request_concurrency = 3
strict_check_interval = true
output_limit = 10
unhealthy_interval = "90s"
unhealthy_requests_limit = 5
job_status_final_update_retry_limit = 7
environment = ["A=b"]
tls-ca-file = "/ca.pem"
[runners.feature_flags]
FF_TIMESTAMPS = false
[[runners]]
name = "b"
`);
    expect(runners.map(({ config }) => config.name)).toEqual(['a', 'b']);
    expect(runners[0]?.poll).toEqual({
      limit: 2,
      requestConcurrency: 3,
      strictCheckInterval: true,
      outputLimit: 10,
      unhealthyRequests: 5,
      unhealthyInterval: 90_000,
      finalUpdateRetries: 7,
      tls: { ca: '/ca.pem', certificate: '', key: '' },
      featureFlags: { FF_TIMESTAMPS: false },
      environment: ['A=b'],
      shell: 'bash',
    });
    expect(runners[1]?.poll).toMatchObject({
      limit: 0,
      requestConcurrency: 1,
      unhealthyInterval: 3_600_000,
      finalUpdateRetries: undefined,
    });
  });

  it.each([
    ['check_interval = 0', 3_000],
    ['check_interval = -1', 3_000],
    ['check_interval = "soon"', 3_000],
    ['check_interval = 10', 10_000],
  ])('with %s looks every so often', (line, interval) => {
    expect(read(line).global.checkInterval).toBe(interval);
  });

  it.each([
    ['900000000000', 900_000],
    ['"1h"', 3_600_000],
    ['"0"', 0],
    ['"nonsense"', 900_000],
  ])('takes connection_max_age = %s as a duration of Go', (value, age) => {
    expect(read(`connection_max_age = ${value}`).global.connectionAge).toBe(age);
  });

  it('takes token and url from the environment where it says so', () => {
    const [runner] = read('[[runners]]\nurl = "https://$HOST/"\ntoken = "${TOKEN}-$NONE."', {
      HOST: 'gitlab.example.com',
      TOKEN: 'glrt-1',
    }).runners;
    expect(runner?.config).toMatchObject({ url: 'https://gitlab.example.com/', token: 'glrt-1-.' });
  });

  it.each([
    ['concurrent = 0', 'concurrent: must be at least 1, not 0'],
    ['[millrace]\nstate_dirr = "x"', 'millrace.state_dirr: unknown key'],
    ['[millrace]\nstate_dir = 3', 'millrace.state_dir: must be a path'],
    ['[millrace]\non_terminate = "stay"', 'millrace.on_terminate: must be "abort" or "detach"'],
  ])('with %s is refused, with the place', (text, message) => {
    expect(() => read(text)).toThrow(
      expect.objectContaining({
        code: 'MILLRACE_E_CONFIG',
        message,
        position: expect.objectContaining({ file: 'config.toml' }),
      }),
    );
  });

  it('suggests the key that was meant', () => {
    expect(() => read('[millrace]\nstat_dir = "x"')).toThrow(
      expect.objectContaining({ hint: 'did you mean "state_dir"?' }),
    );
  });

  it('may leave jobs to the next process, and keep its state elsewhere', () => {
    const { global } = read('[millrace]\non_terminate = "detach"\nstate_dir = "/var/lib/x"');
    expect(global).toMatchObject({ onTerminate: 'detach', stateDirectory: '/var/lib/x' });
  });
});
