/** The plugin's name, in provenance and refusals. */
export const PLUGIN = '@millrace/plugin-images';
