/**
 * Copies a string to the clipboard.
 *
 * Browsers offer the modern API only to pages from this machine or over HTTPS. A class that opens
 * the page from the instructor's machine needs the old one.
 *
 * @param {string} text
 * @returns {Promise<boolean>} whether it worked
 */
export async function copyText(text) {
  if (!navigator.clipboard) return copyFromField(text);
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function copyFromField(text) {
  const focused = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  focused.focus();
  return isCopied;
}
