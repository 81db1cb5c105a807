/** Longest side of what the application sends its endpoint, in pixels; the model sees 224 x 224 of them. */
export const SERVED_SIDE = 1024;
