// JSON can carry half of a surrogate pair, UTF-8 cannot: the server refuses such a request unread, so its answer does
// not say which of ours it was. U+FFFD stands for the half.
export const well_formed = (text) => text.replace(/\p{Surrogate}/gu, "\ufffd");
