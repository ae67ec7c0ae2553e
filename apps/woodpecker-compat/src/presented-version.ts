/** The release of Woodpecker that this program stands in for. */
export const presentedVersion = '3.17.0';
