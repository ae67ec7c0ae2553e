/** A kubeconfig for one server and one token; JSON, which is YAML too. kubectl sends tokens over TLS only. */
export function kubeconfigText(
  server: string,
  token: string,
  certificateAuthority: string,
): string {
  const name = 'millrace-embedded';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [
      {
        name,
        cluster: {
          server,
          'certificate-authority-data': Buffer.from(certificateAuthority).toString('base64'),
        },
      },
    ],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
