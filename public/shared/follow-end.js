/**
 * Keeps the last entry of a list in sight, unless the reader has scrolled away from it.
 *
 * @param {HTMLElement} list
 */
export function followEnd(list) {
  let follows = true;
  /** Where the list was scrolled to when last seen. */
  let top = 0;

  const showEnd = () => {
    if (follows) list.scrollTop = list.scrollHeight;
    top = list.scrollTop;
  };

  list.addEventListener('scroll', () => {
    // The browser rounds these.
    const isAtEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 1;
    // The event arrives a frame late. If the list has shrunk in the meantime, its end is out of
    // sight although nobody has scrolled, so only scrolling up counts as the reader's.
    if (isAtEnd) follows = true;
    else if (list.scrollTop < top) follows = false;
    top = list.scrollTop;
  });
  new MutationObserver(showEnd).observe(list, { childList: true });
  new ResizeObserver(showEnd).observe(list);
}
