/** Name of this plugin, in provenance and bindings. */
export const pluginName = '@millrace/woodpecker-job';
