/** Text of a kubeconfig for the administrator behind a proxy; JSON, which is YAML too. */
export function proxyKubeconfig(server: string, authority: string, token: string): string {
  const name = 'millrace-e2e';
  const data = Buffer.from(authority).toString('base64');
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority-data': data } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
  });
}
