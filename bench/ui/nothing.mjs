// Ink reaches for React's developer tools only when DEV=true.
export default undefined;
