/** Colours are for a person: not for a file or a pipe, nor where the person wants none (https://no-color.org). */
export const hasColour = () => process.stdout.isTTY && !process.env.NO_COLOR;
